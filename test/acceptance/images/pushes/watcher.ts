import { request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../../../../scripts/lab/index.ts'

const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'

/** Looks at a tag all the time, past every proxy, and remembers when it named what was not there. */
export class TagWatcher {
  /** Digests that a tag named and the repository did not have. */
  readonly incomplete: string[] = []
  looks = 0
  /** How often there was a manifest under the tag. */
  found = 0
  path = ''
  readonly #lab: Lab
  #isOver = false
  readonly #done: Promise<void>

  constructor(lab: Lab) {
    this.#lab = lab
    this.#done = this.#watch()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#done
  }

  async #watch(): Promise<void> {
    for (; !this.#isOver; await sleep(5)) if (this.path !== '') await this.look(this.path)
  }

  /** Whether the tag is there now; what it names is looked for blob by blob. */
  async look(path: string): Promise<boolean> {
    this.looks++
    const { status, body } = await this.#ask('GET', `/v2/${path}/manifests/v3.0.0`)
    if (status !== 200) return false
    this.found++
    const { config, layers } = JSON.parse(body) as { config: { digest: string }; layers: { digest: string }[] }
    for (const { digest } of [config, ...layers]) if (!(await this.has(path, digest))) this.incomplete.push(`${path} ${digest}`)
    return true
  }

  async has(path: string, digest: string): Promise<boolean> {
    return (await this.#ask('HEAD', `/v2/${path}/blobs/${digest}`)).status === 200
  }

  #ask(method: string, path: string): Promise<{ status: number; body: string }> {
    const { REGISTRY = '', REGISTRY_USERNAME = '', REGISTRY_PASSWORD = '' } = this.#lab.env
    const auth = `${REGISTRY_USERNAME}:${REGISTRY_PASSWORD}`
    // It looks at what the registry has, not at how it proves itself.
    const options = { method, auth, rejectUnauthorized: false, headers: { accept } }
    return new Promise((resolve, reject) => {
      const sent = request(`https://${REGISTRY}${path}`, options, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject)
      })
      sent.on('error', reject).end()
    })
  }
}
