import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, release } from '../../../unit/world/archive/build.ts'
import { type Form, forms } from '../../../unit/world/archive/forms.ts'
import type { LabInstallation } from '../../support/installation.ts'
import { type Recipe, recipes } from './recipes.ts'

export const roles = ['backend', 'launcher'] as const
export type Role = (typeof roles)[number]

/** A file with both images, and the config digest of each according to the tool that wrote it. */
export type Archive = { readonly path: string; readonly configs: { readonly [role in Role]: string } }

export type ArchiveForm = {
  readonly name: string
  readonly isQuick: boolean
  readonly platform?: string
  /** Writes the archive into a folder of its own. */
  create(installation: LabInstallation, folder: string): Promise<Archive>
}

/** The forms that the lab's real tools write, and those of tools that the lab does not have, by their documented layout. */
export const archiveForms: readonly ArchiveForm[] = [
  ...recipes.map((recipe): ArchiveForm => {
    const { name, platform, isQuick = false } = recipe
    return { name, isQuick, ...(platform && { platform }), create: (installation, folder) => byTool(installation, folder, recipe) }
  }),
  ...forms.flatMap((form, i): ArchiveForm[] => [
    { name: `${form.name}, alone`, isQuick: i === 0, create: (_, folder) => byLayout(folder, form) },
    { name: `${form.name}, in the release archive`, isQuick: false, create: (_, folder) => byLayoutInRelease(folder, form) },
  ]),
]

/** Unpacks the release archive for the tools and pushes its images, alone and as an index of two platforms, to `base/`. */
export async function pushBaseImages(installation: LabInstallation): Promise<void> {
  const base = join(installation.lab.dir, 'base')
  await mkdir(base)
  const script = `
    tar -xzf $RELEASE --strip-components=2 --wildcards '*/container-images/*.tar'
    for image in spacelift-backend spacelift-launcher; do
      crane push $image.tar $REGISTRY/base/$image:v3.0.0
      crane mutate --set-platform linux/arm64 -t $REGISTRY/base/$image:arm64 $REGISTRY/base/$image:v3.0.0
      crane index append -m $REGISTRY/base/$image:arm64 -m $REGISTRY/base/$image:v3.0.0 -t $REGISTRY/base/several/$image:v3.0.0
    done`
  await bash(installation, base, script)
}

async function byTool(installation: LabInstallation, folder: string, { script, reads, platform }: Recipe): Promise<Archive> {
  await bash(installation, folder, script)
  const tag = platform === 'linux/arm64' ? 'arm64' : 'v3.0.0'
  const manifest = (name: string) =>
    bash(installation, folder, reads ? `skopeo inspect --raw ${reads(name)}` : `crane manifest $REGISTRY/base/${name}:${tag}`)
  const digest = async (role: Role) => {
    const { config } = JSON.parse(await manifest(`spacelift-${role}`)) as { config: { digest: string } }
    return config.digest
  }
  return { path: join(folder, 'archive'), configs: { backend: await digest('backend'), launcher: await digest('launcher') } }
}

async function bash(installation: LabInstallation, folder: string, script: string): Promise<string> {
  const archive = (await readdir(installation.folder)).find((name) => name.startsWith('self-hosted-')) ?? ''
  const env = `export BASE=${join(installation.lab.dir, 'base')} RELEASE=${join(installation.folder, archive)}`
  return installation.client('bash', '-euo', 'pipefail', '-c', `${env}; cd ${folder}; ${script}`)
}

async function byLayout(folder: string, form: Form): Promise<Archive> {
  const { backend, launcher, configs } = await images()
  const path = join(folder, 'archive')
  await writeFile(path, await form.write(backend, launcher))
  return { path, configs }
}

async function byLayoutInRelease(folder: string, form: Form): Promise<Archive> {
  const { backend, launcher, configs } = await images()
  const path = join(folder, 'archive.tar.gz')
  const tars = { 'spacelift-backend.tar': await form.write(backend), 'spacelift-launcher.tar': await form.write(launcher) }
  await writeFile(path, await release(tars))
  return { path, configs }
}

async function images() {
  const [backend, launcher] = [await image('spacelift-backend:v3.0.0'), await image('spacelift-launcher:v3.0.0')]
  return { backend, launcher, configs: { backend: backend.configDigest, launcher: launcher.configDigest } }
}
