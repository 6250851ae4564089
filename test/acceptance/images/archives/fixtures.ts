import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, release } from '../../../unit/world/archive/build.ts'
import { forms } from '../../../unit/world/archive/forms.ts'
import type { LabInstallation } from '../../support/installation.ts'

export const roles = ['backend', 'launcher'] as const
export type Role = (typeof roles)[number]

/** An archive with both images in one form, and the config digest of each, by the word of whoever made it. */
export type Made = {
  readonly name: string
  readonly archive: string
  readonly configs: { readonly [role in Role]: string }
  readonly platform?: string
}

/** How a real tool makes a form: a script that writes `archive` in its folder; `reads`: what skopeo calls an image it converted. */
type Recipe = {
  readonly name: string
  readonly script: string
  readonly reads?: (image: string) => string
  readonly platform?: string
}

const each = (command: string): string => `for image in spacelift-backend spacelift-launcher; do ${command}; done`
const copy = (to: string, flags = ''): string => each(`skopeo copy --quiet ${flags} docker-archive:$BASE/$image.tar ${to}`)
const bundle = (tars: string): string =>
  `mkdir -p self-hosted-v3.0.0/container-images && cp ${tars} self-hosted-v3.0.0/container-images && tar -czf archive self-hosted-v3.0.0`
const images = '$REGISTRY/base/spacelift-backend:v3.0.0 $REGISTRY/base/spacelift-launcher:v3.0.0'
const layout = (image: string): string => `oci:layout:${image}:v3.0.0`
const several = '$REGISTRY/base/several/$image:v3.0.0'

const recipes: readonly Recipe[] = [
  { name: 'the release archive with what docker save writes', script: 'cp $RELEASE archive' },
  {
    name: 'skopeo docker-archive in the release archive',
    script: `${copy('docker-archive:$image.tar:$image:v3.0.0')}; ${bundle('*.tar')}`,
  },
  {
    name: 'skopeo oci-archive in the release archive',
    script: `${copy('oci-archive:$image.tar:$image:v3.0.0')}; ${bundle('*.tar')}`,
    reads: (image) => `oci-archive:${image}.tar`,
  },
  {
    name: 'skopeo oci-archive by a bare tag, in gzip in the release archive',
    script: `${copy('oci-archive:$image.tar:v3.0.0')}; gzip -k *.tar; ${bundle('*.tar.gz')}`,
    reads: (image) => `oci-archive:${image}.tar`,
  },
  {
    name: 'skopeo oci, two images, packed with tar',
    script: `${copy('oci:layout:$image:v3.0.0')}; tar -C layout -cf archive .`,
    reads: layout,
  },
  {
    name: 'skopeo oci with zstd layers, packed with tar and gzip',
    script: `${copy('oci:layout:$image:v3.0.0', '--dest-compress-format zstd')}; tar -C layout -czf archive .`,
    reads: layout,
  },
  {
    name: 'skopeo oci with plain layers, packed with tar',
    script: `${copy('oci:layout:$image:v3.0.0', '--dest-oci-accept-uncompressed-layers')}; tar -C layout -cf archive .`,
    reads: layout,
  },
  { name: 'crane pull', script: `crane pull ${images} archive` },
  { name: 'crane pull, in gzip', script: `crane pull ${images} plain && gzip -c plain > archive` },
  { name: 'crane pull --format=legacy', script: `crane pull --format=legacy ${images} archive` },
  { name: 'crane pull --format=oci', script: `crane pull --format=oci --annotate-ref ${images} layout && tar -C layout -cf archive .` },
  ...['amd64', 'arm64'].map((architecture) => ({
    name: `crane pull --format=oci of an index, for linux/${architecture}`,
    script: `${each(`crane pull --format=oci --annotate-ref ${several} layout`)}; tar -C layout -cf archive .`,
    platform: `linux/${architecture}`,
  })),
]

/** All forms that the real tools of the lab write. */
export async function madeByTools(installation: LabInstallation): Promise<Made[]> {
  const base = join(installation.lab.dir, 'base')
  await mkdir(base)
  const release = (await readdir(installation.folder)).find((name) => name.startsWith('self-hosted-')) ?? ''
  const env = `export BASE=${base} RELEASE=${join(installation.folder, release)}`
  const run = (folder: string, script: string) => installation.client('bash', '-euo', 'pipefail', '-c', `${env}; cd ${folder}; ${script}`)
  await run(base, `tar -xzf $RELEASE --strip-components=2 --wildcards '*/container-images/*.tar'`)
  await run(base, each('crane push $image.tar $REGISTRY/base/$image:v3.0.0'))
  await run(base, each(`crane mutate --set-platform linux/arm64 -t $REGISTRY/base/$image:arm64 $REGISTRY/base/$image:v3.0.0`))
  await run(base, each(`crane index append -m $REGISTRY/base/$image:arm64 -m $REGISTRY/base/$image:v3.0.0 -t ${several}`))
  const made: Made[] = []
  for (const [i, { name, script, reads, platform }] of recipes.entries()) {
    const folder = join(installation.lab.dir, `form-${i}`)
    await mkdir(folder)
    await run(folder, script)
    const manifest = (role: Role) => {
      const image = `spacelift-${role}`
      if (reads) return run(folder, `skopeo inspect --raw ${reads(image)}`)
      return run(folder, `crane manifest $REGISTRY/base/${image}:${platform === 'linux/arm64' ? 'arm64' : 'v3.0.0'}`)
    }
    made.push({ name, archive: join(folder, 'archive'), configs: await configs(manifest), ...(platform && { platform }) })
  }
  return made
}

async function configs(manifest: (role: Role) => Promise<string>): Promise<Made['configs']> {
  const [backend, launcher] = await Promise.all(
    roles.map(async (role) => (JSON.parse(await manifest(role)) as { config: { digest: string } }).config.digest),
  )
  return { backend: backend ?? '', launcher: launcher ?? '' }
}

/** The forms of tools that the lab does not have, by their documented layout: alone, and in the release archive. */
export async function builtByLayout(installation: LabInstallation): Promise<Made[]> {
  const [backend, launcher] = [await image('spacelift-backend:v3.0.0'), await image('spacelift-launcher:v3.0.0')]
  const both = { backend: backend.configDigest, launcher: launcher.configDigest }
  const made: Made[] = []
  for (const [i, { name, write }] of forms.entries()) {
    const alone = join(installation.lab.dir, `built-${i}`)
    await writeFile(alone, await write(backend, launcher))
    const inside = join(installation.lab.dir, `built-${i}.tar.gz`)
    await writeFile(
      inside,
      await release({ 'spacelift-backend.tar': await write(backend), 'spacelift-launcher.tar': await write(launcher) }),
    )
    made.push(
      { name: `${name}, alone`, archive: alone, configs: both },
      { name: `${name}, in the release archive`, archive: inside, configs: both },
    )
  }
  return made
}
