import { request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../../../../scripts/lab/index.ts'

const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'

/** Checks a tag continuously, without a proxy, and remembers when it named a blob that the repository did not have. */
export class TagWatcher {
  /** Repository and digest of blobs that a tag named and the repository did not have. */
  readonly missingBlobs: string[] = []
  checks = 0
  /** The checks that found a manifest under the tag. */
  foundTags = 0
  /** The repository; none yet if empty. */
  path = ''
  readonly #lab: Lab
  #isStopped = false
  readonly #done: Promise<void>

  constructor(lab: Lab) {
    this.#lab = lab
    this.#done = this.#watch()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #watch(): Promise<void> {
    for (; !this.#isStopped; await sleep(5)) if (this.path !== '') await this.check(this.path)
  }

  /** Whether the tag exists now; checks every blob that it names. */
  async check(path: string): Promise<boolean> {
    this.checks++
    const { status, body } = await this.#request('GET', `/v2/${path}/manifests/v3.0.0`)
    if (status !== 200) return false
    this.foundTags++
    const { config, layers } = JSON.parse(body) as { config: { digest: string }; layers: { digest: string }[] }
    for (const { digest } of [config, ...layers]) if (!(await this.hasBlob(path, digest))) this.missingBlobs.push(`${path} ${digest}`)
    return true
  }

  async hasBlob(path: string, digest: string): Promise<boolean> {
    return (await this.#request('HEAD', `/v2/${path}/blobs/${digest}`)).status === 200
  }

  #request(method: string, path: string): Promise<{ status: number; body: string }> {
    const { REGISTRY = '', REGISTRY_USERNAME = '', REGISTRY_PASSWORD = '' } = this.#lab.env
    const auth = `${REGISTRY_USERNAME}:${REGISTRY_PASSWORD}`
    // Only the registry's content matters here, not its certificate.
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
