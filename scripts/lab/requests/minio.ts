import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ask.ts'
import { bound } from '../bound.ts'
import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { minioUrl } from '../servers/minio.ts'
import { type LogTail, linesSince, tailOf } from './logTail.ts'
import type { SeenRequest } from './seen.ts'

const probePath = '/lab-trace-'

/** Listens to everything that MinIO is asked, admin calls included; preflights are answered before they can be seen. */
export class MinioTrace {
  readonly #it: Description
  readonly #listener: ChildProcess
  readonly #log: LogTail
  readonly #ca: string

  private constructor(it: Description, listener: ChildProcess, log: LogTail, ca: string) {
    this.#it = it
    this.#listener = listener
    this.#log = log
    this.#ca = ca
  }

  /** Returns when it really listens. */
  static async start(it: Description): Promise<MinioTrace> {
    const files = layout(it.dir)
    const log = await tailOf(join(it.dir, `minio-trace-${randomBytes(4).toString('hex')}.log`))
    const output = openSync(log.path, 'a', 0o600)
    // Without --verbose the method is missing; "internal" are the admin calls.
    const args = ['--quiet', 'admin', 'trace', '--verbose', '--json', '--call', 's3', '--call', 'internal', 'lab']
    const [command, ...wrapped] = bound(binary('mc'), args)
    const env = { ...process.env, MC_CONFIG_DIR: files.mcConfig }
    const listener = spawn(command, wrapped, { env, stdio: ['ignore', output, output] })
    closeSync(output)
    const trace = new MinioTrace(it, listener, log, await readFile(files.ca, 'utf8'))
    await trace.#untilHeard()
    return trace
  }

  /** All requests since the start. */
  async requests(): Promise<SeenRequest[]> {
    await this.#untilHeard()
    return (await this.#seen()).filter(({ path }) => !path.startsWith(probePath))
  }

  /** The same, and ends listening. */
  async stop(): Promise<SeenRequest[]> {
    const requests = await this.requests()
    this.#listener.kill('SIGKILL')
    await once(this.#listener, 'exit')
    return requests
  }

  // The trace says nothing when it begins and comes a little late: a request of ours, once heard, proves what was before it.
  async #untilHeard(): Promise<void> {
    const probe = `${probePath}${randomBytes(6).toString('hex')}`
    for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(20)) {
      await ask({ url: `${minioUrl(this.#it)}${probe}`, ca: this.#ca })
      if ((await this.#seen()).some(({ path }) => path === probe)) return
    }
    throw new Error(`mc admin trace hears nothing; see ${this.#log.path}`)
  }

  async #seen(): Promise<SeenRequest[]> {
    const lines = await linesSince(this.#log)
    return lines.filter((line) => line.includes('"request"')).map((line) => seenRequest(JSON.parse(line) as TraceLine))
  }
}

type TraceLine = {
  request: { method: string; path: string; rawQuery?: string; headers: Record<string, string> }
  response: { statusCode: number }
}

function seenRequest({ request, response }: TraceLine): SeenRequest {
  const { method, path, rawQuery, headers } = request
  return { method, path: rawQuery ? `${path}?${rawQuery}` : path, status: response.statusCode, userAgent: headers['User-Agent'] ?? '' }
}
