import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FaultProxy, faultProxy, type Lab, type PassedRequest } from '../../../../scripts/lab/index.ts'
import { writeImage } from '../../../../scripts/lab/inputs/image.ts'
import { repository } from '../../support/installation.ts'
import { run } from '../../support/run.ts'
import type { PushOrder, PushResult } from './push.ts'

export const program = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(repository, 'test/acceptance/images/pushes/push.ts'),
] as const

type Served = 'registry' | 'plain-registry' | 'token-registry'

/** An image on its way into one registry of a lab, through a fault proxy. */
export type Pushes = {
  readonly lab: Lab
  readonly proxy: FaultProxy
  /** The image's blobs: their sizes by digest. */
  sizes(): Promise<Map<string, number>>
  /** Pushes to this repository; undefined when the process was killed. */
  push(path: string, onStart?: (child: ChildProcess) => void): Promise<PushResult | undefined>
}

/** The push of an apply alone, of the first image of an archive. */
export class Pushing implements Pushes {
  readonly lab: Lab
  readonly proxy: FaultProxy
  readonly archive: string
  readonly #login: Pick<PushOrder, 'username' | 'password' | 'caFile'>

  private constructor(lab: Lab, proxy: FaultProxy, archive: string, login: Pick<PushOrder, 'username' | 'password' | 'caFile'>) {
    this.lab = lab
    this.proxy = proxy
    this.archive = archive
    this.#login = login
  }

  static async to(lab: Lab, server: Served, archive: string): Promise<Pushing> {
    const name = server === 'registry' ? 'REGISTRY' : server === 'plain-registry' ? 'PLAIN_REGISTRY' : 'TOKEN_REGISTRY'
    const { [`${name}_USERNAME`]: username = '', [`${name}_PASSWORD`]: password = '', REGISTRY_CA: caFile = '' } = lab.env
    const login = { username, password, ...(server !== 'plain-registry' && { caFile }) }
    return new Pushing(lab, await faultProxy(lab, server), archive, login)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
  }

  sizes(): Promise<Map<string, number>> {
    return blobSizes(this.archive, this.lab)
  }

  async push(path: string, onStart?: (child: ChildProcess) => void, other: Partial<PushOrder> = {}): Promise<PushResult | undefined> {
    const order: PushOrder = {
      archive: this.archive,
      host: this.proxy.host,
      path,
      cacheDir: join(this.lab.dir, 'cache'),
      ...this.#login,
      ...other,
    }
    const env = { PATH: process.env.PATH ?? '', PUSH: JSON.stringify(order) }
    const ran = await run(program, { env, timeoutSeconds: 120, ...(onStart && { onStart }) })
    if (ran.signal === 'SIGKILL') return undefined
    if (ran.code !== 0) throw new Error(`the push ended with ${ran.code ?? ran.signal}:\n${ran.stderr}`)
    return JSON.parse(ran.stdout) as PushResult
  }
}

/** The sizes of the blobs, by digest, of the images in an archive whose names have this in them. */
export async function blobSizes(archive: string, lab: Lab, name = ''): Promise<Map<string, number>> {
  const { indexArchive } = await import('../../../../src/world/archive/indexArchive.ts')
  const { images } = await indexArchive(archive, { cacheDir: join(lab.dir, 'cache') })
  const blobs = images.filter(({ tag }) => tag.includes(name)).flatMap(({ config, layers }) => [config, ...layers])
  return new Map(blobs.map(({ digest, size }) => [digest, size]))
}

/** A docker-save tar for pushes, in the lab's folder. */
export async function madeImage(lab: Lab, bytes: number): Promise<string> {
  const path = join(lab.dir, `push-${bytes}.tar`)
  await readFile(path).catch(() => writeImage(path, { name: 'spacelift-backend', tag: 'v3.0.0', bytes }))
  return path
}

/** The blob whose upload this request ends. */
export const closes = ({ method, path }: PassedRequest): string | undefined =>
  method === 'PUT' ? /[?&]digest=(sha256:[0-9a-f]{64})/.exec(decodeURIComponent(path))?.[1] : undefined

export function expectDone(result: PushResult | undefined): PushResult & { sentBytes: number } {
  if (result && 'sentBytes' in result) return result
  throw new Error(result ? `${result.code}: ${result.summary}` : 'the push was killed')
}
