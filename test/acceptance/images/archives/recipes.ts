/** How a real tool writes a form of archive. */
export type Recipe = {
  readonly name: string
  /** Writes `archive` into the current folder; $BASE has the unpacked image archives, $REGISTRY/base the pushed images. */
  readonly script: string
  readonly platform?: string
  readonly isQuick?: boolean
  /** Where skopeo reads an image that it converted. */
  readonly reads?: (image: string) => string
}

const each = (command: string): string => `for image in spacelift-backend spacelift-launcher; do ${command}; done`
const copy = (to: string, flags = ''): string => each(`skopeo copy --quiet ${flags} docker-archive:$BASE/$image.tar ${to}`)
const releaseOf = (tars: string): string =>
  `mkdir -p self-hosted-v3.0.0/container-images && cp ${tars} self-hosted-v3.0.0/container-images && tar -czf archive self-hosted-v3.0.0`
const IMAGES = '$REGISTRY/base/spacelift-backend:v3.0.0 $REGISTRY/base/spacelift-launcher:v3.0.0'
const INDEX = '$REGISTRY/base/several/$image:v3.0.0'

const inTar = (image: string): string => `oci-archive:${image}.tar`
const inLayout = (image: string): string => `oci:layout:${image}:v3.0.0`

export const recipes: readonly Recipe[] = [
  { name: 'the release archive with the output of docker save', script: 'cp $RELEASE archive', isQuick: true },
  {
    name: 'skopeo docker-archive in the release archive',
    script: `${copy('docker-archive:$image.tar:$image:v3.0.0')}; ${releaseOf('*.tar')}`,
  },
  {
    name: 'skopeo oci-archive in the release archive',
    script: `${copy('oci-archive:$image.tar:$image:v3.0.0')}; ${releaseOf('*.tar')}`,
    reads: inTar,
  },
  {
    name: 'skopeo oci-archive with a tag and no name, in gzip in the release archive',
    script: `${copy('oci-archive:$image.tar:v3.0.0')}; gzip -k *.tar; ${releaseOf('*.tar.gz')}`,
    isQuick: true,
    reads: inTar,
  },
  {
    name: 'skopeo oci, two images, packed with tar',
    script: `${copy('oci:layout:$image:v3.0.0')}; tar -C layout -cf archive .`,
    reads: inLayout,
  },
  {
    name: 'skopeo oci with zstd layers, packed with tar and gzip',
    script: `${copy('oci:layout:$image:v3.0.0', '--dest-compress-format zstd')}; tar -C layout -czf archive .`,
    reads: inLayout,
  },
  {
    name: 'skopeo oci with uncompressed layers, packed with tar',
    script: `${copy('oci:layout:$image:v3.0.0', '--dest-oci-accept-uncompressed-layers')}; tar -C layout -cf archive .`,
    reads: inLayout,
  },
  { name: 'crane pull', script: `crane pull ${IMAGES} archive` },
  { name: 'crane pull, in gzip', script: `crane pull ${IMAGES} plain && gzip -c plain > archive` },
  { name: 'crane pull --format=legacy', script: `crane pull --format=legacy ${IMAGES} archive` },
  { name: 'crane pull --format=oci', script: `crane pull --format=oci --annotate-ref ${IMAGES} layout && tar -C layout -cf archive .` },
  ...['amd64', 'arm64'].map((architecture) => ({
    name: `crane pull --format=oci of an index, for linux/${architecture}`,
    script: `${each(`crane pull --format=oci --annotate-ref ${INDEX} layout`)}; tar -C layout -cf archive .`,
    platform: `linux/${architecture}`,
    isQuick: architecture === 'arm64',
  })),
]
