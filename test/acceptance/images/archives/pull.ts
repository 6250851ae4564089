import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'
import type { TestRegistry } from './testRegistry.ts'

/** Pulls an image and returns its config's digest. skopeo checks every blob against its digest. */
export async function pullWithSkopeo(installation: LabInstallation, { skopeo }: TestRegistry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(installation.lab.dir, 'pulled-'))
  await installation.client('skopeo', 'copy', '--quiet', ...skopeo, `docker://${reference}`, `dir:${folder}`)
  const { config } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { digest: string } }
  await rm(folder, { recursive: true })
  return config.digest
}

/** By `pull`: crane's `validate` accepts no layers that are uncompressed or in zstd. */
export async function pullWithCrane(installation: LabInstallation, { crane }: TestRegistry, reference: string): Promise<string> {
  const folder = await mkdtemp(join(installation.lab.dir, 'pulled-'))
  const tar = join(folder, 'image.tar')
  await installation.client('crane', 'pull', ...crane, reference, tar)
  const [image] = JSON.parse(await installation.client('tar', '-xOf', tar, 'manifest.json')) as { Config: string }[]
  await rm(folder, { recursive: true })
  return image?.Config ?? ''
}
