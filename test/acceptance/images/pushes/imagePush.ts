import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type FaultProxy, faultProxy, type Lab, type PassedRequest } from '../../../../scripts/lab/index.ts'
import { writeImage } from '../../../../scripts/lab/inputs/image.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { repository } from '../../support/installation.ts'
import { outputOf, run } from '../../support/run.ts'
import type { PushOrder, PushResult } from './push.ts'

const program = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(repository, 'test/acceptance/images/pushes/push.ts'),
] as const

/** Pushes one image to a registry of a lab, through a fault proxy. */
export type ImagePush = AsyncDisposable & {
  readonly lab: Lab
  readonly proxy: FaultProxy
  /** The sizes of the image's blobs by digest. */
  blobSizes(): Promise<Map<string, number>>
  /** Pushes to this repository; undefined when the process was killed. */
  push(path: string, onStart?: (child: ChildProcess) => void): Promise<PushResult | undefined>
}

const variables = { registry: 'REGISTRY', 'plain-registry': 'PLAIN_REGISTRY', 'token-registry': 'TOKEN_REGISTRY' } as const
type Login = Pick<PushOrder, 'username' | 'password' | 'caFile'>

/** The push of an apply alone, of the first image of an archive. */
export class DirectPush implements ImagePush {
  readonly lab: Lab
  readonly proxy: FaultProxy
  readonly #archive: string
  readonly #login: Login

  private constructor(lab: Lab, proxy: FaultProxy, archive: string, login: Login) {
    this.lab = lab
    this.proxy = proxy
    this.#archive = archive
    this.#login = login
  }

  static async to(lab: Lab, server: keyof typeof variables, archive: string): Promise<DirectPush> {
    const variable = variables[server]
    const { [`${variable}_USERNAME`]: username = '', [`${variable}_PASSWORD`]: password = '', REGISTRY_CA: caFile = '' } = lab.env
    const login = { username, password, ...(server !== 'plain-registry' && { caFile }) }
    return new DirectPush(lab, await faultProxy(lab, server), archive, login)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
  }

  blobSizes(): Promise<Map<string, number>> {
    return blobSizes(this.#archive, this.lab)
  }

  async push(path: string, onStart?: (child: ChildProcess) => void, other: Partial<PushOrder> = {}): Promise<PushResult | undefined> {
    const cacheDir = join(this.lab.dir, 'cache')
    const order: PushOrder = { archive: this.#archive, host: this.proxy.host, path, cacheDir, ...this.#login, ...other }
    const env = { PATH: process.env.PATH ?? '', PUSH: JSON.stringify(order) }
    const result = await run(program, { env, timeoutSeconds: 120, ...(onStart && { onStart }) })
    if (result.signal === 'SIGKILL') return undefined
    if (result.code !== 0) throw new Error(`the push ended with ${outputOf(result)}`)
    return JSON.parse(result.stdout) as PushResult
  }
}

/** The sizes of the blobs by digest, of the images in an archive whose tag contains `name`. */
export async function blobSizes(archive: string, lab: Lab, name = ''): Promise<Map<string, number>> {
  const { images } = await indexArchive(archive, { cacheDir: join(lab.dir, 'cache') })
  const blobs = images.filter(({ tag }) => tag.includes(name)).flatMap(({ config, layers }) => [config, ...layers])
  return new Map(blobs.map(({ digest, size }) => [digest, size]))
}

/** The path of a docker-save archive for pushes, in the lab's folder. */
export async function imageArchive(lab: Lab, bytes = 8 * 2 ** 20): Promise<string> {
  const path = join(lab.dir, `push-${bytes}.tar`)
  if (!existsSync(path)) await writeImage(path, { name: 'spacelift-backend', tag: 'v3.0.0', bytes })
  return path
}

/** The digest of the blob whose upload a request completes. */
export const completedUpload = ({ method, path }: PassedRequest): string | undefined =>
  method === 'PUT' ? /[?&]digest=(sha256:[0-9a-f]{64})/.exec(decodeURIComponent(path))?.[1] : undefined

export function expectPushed(result: PushResult | undefined): PushResult & { sentBytes: number } {
  if (result && 'sentBytes' in result) return result
  throw new Error(result ? `${result.code}: ${result.summary}` : 'the push was killed')
}
