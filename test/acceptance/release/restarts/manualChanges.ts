import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from '../../support/installation.ts'
import { waitForRollouts } from '../../support/workloads.ts'

/** What operators do to secrets and pods with kubectl. Times of the API server have whole seconds: each change waits for the next one. */
export class ManualChanges {
  readonly #installation: LabInstallation

  constructor(installation: LabInstallation) {
    this.#installation = installation
  }

  /** Sets a key of a secret to a value that is not secret, or deletes the key. */
  async set(secret: string, key: string, value: string | null): Promise<void> {
    await nextSecond()
    await this.kubectl('patch', 'secret', secret, '--type=merge', '-p', JSON.stringify({ data: { [key]: value && base64(value) } }))
  }

  /** Returns a key's value, to restore it later. */
  async value(secret: string, key: string): Promise<string> {
    const { data } = JSON.parse(await this.kubectl('get', 'secret', secret, '-o', 'json')) as { data: Record<string, string> }
    return Buffer.from(data[key] ?? '', 'base64').toString('utf8')
  }

  /** Has one pod of a Deployment moved: deleted and replaced, as on a node that is drained. */
  async moveOnePod(deployment: string): Promise<void> {
    await nextSecond()
    const names = await this.kubectl('get', 'pods', '-o', 'name')
    const pod = names.split('\n').find((name) => name.startsWith(`pod/${deployment}-`))
    await this.kubectl('delete', pod ?? deployment, '--wait')
    await waitForRollouts(this.#installation)
  }

  kubectl(...args: string[]): Promise<string> {
    return this.#installation.kubectl('-n', 'spacelift', ...args)
  }
}

async function nextSecond(): Promise<void> {
  await sleep(1010 - (Date.now() % 1000))
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
