import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { type FaultProxy, faultProxy, type Lab } from '../../lab/index.ts'
import { inputFiles } from '../../lab/inputs/desiredState.ts'
import { told } from '../run.ts'
import { expectExit, expectText, type Site } from '../site.ts'
import type { PushResult } from './push.ts'
import { blobSizes, type Pushes } from './pushing.ts'

/** `groundcrew apply` itself, of the backend out of the release archive: with plan, lock, journal and state. */
export class Applying implements Pushes {
  readonly proxy: FaultProxy
  readonly #site: Site

  private constructor(site: Site, proxy: FaultProxy) {
    this.#site = site
    this.proxy = proxy
  }

  static async to(site: Site): Promise<Applying> {
    return new Applying(site, await faultProxy(site.lab, 'registry'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
  }

  get lab(): Lab {
    return this.#site.lab
  }

  sizes(): Promise<Map<string, number>> {
    return blobSizes(join(this.#site.folder, inputFiles.archive), this.lab, 'backend')
  }

  /** The plan after an apply that came to its end has to be empty. */
  async push(path: string, onStart?: (child: ChildProcess) => void): Promise<PushResult | undefined> {
    const args = await this.#arguments(path)
    const ran = await this.#site.groundcrew(['apply', '--auto-approve', ...args], onStart && { onStart })
    if (ran.signal === 'SIGKILL') return undefined
    if (ran.code !== 0) throw new Error(told(ran))
    const { sentBytes } = this.proxy
    expectText(expectExit(await this.#site.groundcrew(['plan', ...args]), 0).stdout, 'No changes')
    return { seconds: ran.seconds, sentBytes }
  }

  /** Each repository is an installation of its own, with a state of its own. */
  async #arguments(path: string): Promise<string[]> {
    const name = path.replaceAll('/', '-')
    const { host } = this.proxy
    const file = await this.#site.variant(name, (it) => {
      for (const role of ['backend', 'launcher']) it.setIn(['images', role], `${host}/${role === 'backend' ? path : 'nobody'}`)
      const entry = it.getIn(['registries', this.lab.env.REGISTRY])
      it.setIn(['registries'], { [host]: entry })
    })
    return ['-target', 'image/backend', '--state', join(this.#site.folder, `state-${name}`), '-f', file]
  }
}
