import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Description } from '../description.ts'
import { dieWithParent } from '../dieWithParent.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { minioUrl } from '../servers/minio.ts'
import { type LogTail, linesSince, tailOf } from './logTail.ts'
import type { RecordedRequest } from './recordedRequest.ts'

const probePath = '/lab-trace-'

/** Records all requests to MinIO, including admin calls; CORS preflights do not appear in its trace. */
export class MinioTrace {
  readonly #description: Description
  readonly #listener: ChildProcess
  readonly #log: LogTail
  readonly #ca: string

  private constructor(description: Description, listener: ChildProcess, log: LogTail, ca: string) {
    this.#description = description
    this.#listener = listener
    this.#log = log
    this.#ca = ca
  }

  /** Returns when the trace is active. */
  static async start(description: Description): Promise<MinioTrace> {
    const files = layout(description.dir)
    const log = await tailOf(join(description.dir, `minio-trace-${randomBytes(4).toString('hex')}.log`))
    const output = openSync(log.path, 'a', 0o600)
    // Without --verbose the method is missing; "internal" are the admin calls.
    const args = ['--quiet', 'admin', 'trace', '--verbose', '--json', '--call', 's3', '--call', 'internal', 'lab']
    const [command, ...wrapped] = dieWithParent(binary('mc'), args)
    const env = { ...process.env, MC_CONFIG_DIR: files.mcConfig }
    const listener = spawn(command, wrapped, { env, stdio: ['ignore', output, output] })
    closeSync(output)
    const trace = new MinioTrace(description, listener, log, await readFile(files.ca, 'utf8'))
    await trace.#waitForProbe()
    return trace
  }

  /** All requests since the start. */
  async requests(): Promise<RecordedRequest[]> {
    await this.#waitForProbe()
    return (await this.#recordedRequests()).filter(({ path }) => !path.startsWith(probePath))
  }

  /** The same, and ends the trace. */
  async stop(): Promise<RecordedRequest[]> {
    const requests = await this.requests()
    this.#listener.kill('SIGKILL')
    await once(this.#listener, 'exit')
    return requests
  }

  // The trace does not report its start, and is delayed: once a probe request appears, everything before it has appeared too.
  async #waitForProbe(): Promise<void> {
    const probe = `${probePath}${randomBytes(6).toString('hex')}`
    for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(20)) {
      await httpsRequest({ url: `${minioUrl(this.#description)}${probe}`, ca: this.#ca })
      if ((await this.#recordedRequests()).some(({ path }) => path === probe)) return
    }
    throw new Error(`mc admin trace shows no request; see ${this.#log.path}`)
  }

  async #recordedRequests(): Promise<RecordedRequest[]> {
    const lines = await linesSince(this.#log)
    return lines.filter((line) => line.includes('"request"')).map((line) => toRecordedRequest(JSON.parse(line) as TraceLine))
  }
}

type TraceLine = {
  request: { method: string; path: string; rawQuery?: string; headers: Record<string, string> }
  response: { statusCode: number }
}

function toRecordedRequest({ request, response }: TraceLine): RecordedRequest {
  const { method, path, rawQuery, headers } = request
  return { method, path: rawQuery ? `${path}?${rawQuery}` : path, status: response.statusCode, userAgent: headers['User-Agent'] ?? '' }
}
