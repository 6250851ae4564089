import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { PushOrder } from '../../../test/acceptance/images/pushes/push.ts'
import type { Command } from '../../../test/acceptance/support/run.ts'
import type { Lab } from '../../lab/index.ts'

/** A program that pushes an archive to a registry. */
export type Pusher = {
  readonly name: string
  command(archive: string, host: string): { command: Command; env: Record<string, string> }
}

export type Pushers = { readonly groundcrew: Pusher; readonly groundcrewCold: Pusher; readonly skopeo: Pusher; readonly crane: Pusher }

const PATH = 'bench/image'
/** groundcrew's cache after a plan that has read the archive, and an empty one. */
export const [WARM_CACHE, COLD_CACHE] = ['remembered', 'forgotten']

/**
 * groundcrew's push, bundled as released, with and without a cache of the archive's index; crane and skopeo, logged in, with empty
 * caches.
 */
export async function pushers(lab: Lab, work: string): Promise<Pushers> {
  const program = join(work, 'push.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../../../test/acceptance/images/pushes/push.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  const { REGISTRY_USERNAME: username = '', REGISTRY_PASSWORD: password = '', REGISTRY_CA: caFile = '' } = lab.env
  const env = { ...(process.env as Record<string, string>), ...lab.env, HOME: work }
  const groundcrew = (name: string, cache: string): Pusher => ({
    name,
    command: (archive, host) => {
      const order: PushOrder = { archive, host, path: PATH, username, password, caFile, cacheDir: join(work, cache) }
      return { command: [process.execPath, program], env: { ...env, PUSH: JSON.stringify(order) } }
    },
  })
  return {
    groundcrew: groundcrew('groundcrew', WARM_CACHE),
    groundcrewCold: groundcrew('groundcrew, archive not read before', COLD_CACHE),
    skopeo: { name: 'skopeo copy', command: (archive, host) => ({ command: skopeo(archive, host), env }) },
    crane: { name: 'crane push', command: (archive, host) => ({ command: ['crane', 'push', archive, `${host}/${PATH}:v3.0.0`], env }) },
  }
}

const skopeo = (archive: string, host: string): Command => [
  'skopeo',
  'copy',
  '--quiet',
  `docker-archive:${archive}`,
  `docker://${host}/${PATH}:v3.0.0`,
]

/** A temporary folder for the pushers. */
export async function workFolder() {
  const path = await mkdtemp(join(tmpdir(), 'groundcrew-push-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
