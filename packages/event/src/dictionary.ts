/**
 * The words that deflate knows before it sees an event: the registry's own notification, what other senders write, and
 * what Longshore stores beside it. What is most frequent comes last, since near references are shorter.
 * Part of the stored format: never change a dictionary that was released, add another one.
 */

/** See the header. */
export const DICTIONARY_1 = Buffer.from(
  [
    'SCANNING_COMPLETEDSCANNING_FAILEDTAG_RETENTIONREPLICATIONQUOTA_EXCEEDDELETE_ARTIFACTPULL_ARTIFACTPUSH_ARTIFACT',
    '"scan_overview":{"severity":"fixable":"Critical":"High":"Medium":"Low":"UNKNOWN"vulnerabilit',
    '"detail-type":"ECR Image Action","account":"region":"us-east-1","resources":[],"detail":{"result":"SUCCESS",',
    '"repository-name":"image-digest":"action-type":"image-tag":"specversion":"1.0","datacontenttype":"application/json"',
    '"eventType":"Microsoft.ContainerRegistry.ImagePushed","dataVersion":"1.0","metadataVersion":"1","subject":',
    '"event_data":{"resources":[{"resource_url":"repo_full_name":"repo_type":"private","namespace":"date_created":',
    '"occur_at":"operator":"type":"body":{"registry_package":{"package_version":{"container_metadata":{"package_type":"CONTAINER"',
    'https://ghcr.io/https://index.docker.io/https://harbor.example.com/https://quay.io/repository/docker.io/library/',
    'application/vnd.docker.container.image.v1+jsonapplication/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.oci.image.config.v1+jsonapplication/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.oci.image.index.v1+jsonapplication/vnd.docker.distribution.manifest.list.v2+json',
    'application/octet-stream"HEAD""DELETE""GET""mount""delete""pull"/blobs/sha256:/blobs/uploads/',
    'Go-http-client/1.1containerd/v2.0.0containers/5.0 (github.com/containers/image)skopeo/1.0buildkit/v0.1',
    'docker/28.0.0 go/go1.24 git-commit/ kernel/6.8.0-generic os/linux arch/amd64 UpstreamClient(Docker-Client/28.0.0 \\\\(linux\\\\))',
    '{"eventId":"","source":"default","kind":"harbor","class":"other","nativeType":"delete","timestamp":"2026-',
    '{"eventId":"","source":"distribution","kind":"distribution","class":"event","nativeType":"pull","receivedAt":18',
    '{"eventId":"","source":"distribution","kind":"distribution","class":"event","nativeType":"push","receivedAt":179601',
    ',"contentType":"application/vnd.docker.distribution.events.v1+json","view":{"action":"pull","repository":"library/',
    ',"contentType":"application/vnd.docker.distribution.events.v2+json","view":{"action":"push","repository":"',
    '","tag":"latest","digest":"sha256:","mediaType":"application/vnd.docker.distribution.manifest.v2+json"}}\n',
    '","tag":"latest","digest":"sha256:","mediaType":"application/vnd.oci.image.manifest.v1+json"}}\n',
    '{"id":"","timestamp":"2026-11-21T06:29:56.133647856Z","action":"push","target":{"mediaType":"application/vnd.',
    'oci.image.manifest.v1+json","digest":"sha256:","size":1234,"length":1234,"repository":"","fromRepository":"',
    '","url":"http://https://registry.example.com/v2/library/manifests/sha256:","tag":"latest","references":[{"mediaType":',
    '"digest":"sha256:","size":}]},"request":{"id":"","addr":"10.0.0.1:5","host":"registry.example.com","method":"PUT",',
    '"useragent":"docker/"},"actor":{"name":"admin"},"actor":{},"source":{"addr":"registry:5000","instanceID":"',
  ].join(''),
);
