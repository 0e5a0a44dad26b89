/** Slack's own three; with them a name cannot become a mention or a link. */
export const slackEscaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
