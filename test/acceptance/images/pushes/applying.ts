import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { type FaultProxy, faultProxy, type Lab } from '../../../../scripts/lab/index.ts'
import { inputFiles } from '../../../../scripts/lab/inputs/desiredState.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { outputOf, type RunResult } from '../../support/run.ts'
import type { PushResult } from './push.ts'
import { blobSizes, type Pushes } from './pushing.ts'

/** A plan or an apply of the backend alone, to a repository of a host that takes the login of the lab's registry. */
export async function backendOf(
  installation: LabInstallation,
  host: string,
  path: string,
  command: 'plan' | 'apply',
  onStart?: (child: ChildProcess) => void,
) {
  const name = path.replaceAll('/', '-')
  const file = await installation.withEdits(name, (it) => {
    it.setIn(['images', 'backend'], `${host}/${path}`)
    it.setIn(['images', 'launcher'], `${host}/nobody`)
    it.setIn(['registries'], { [host]: it.getIn(['registries', installation.lab.env.REGISTRY]) })
  })
  // Each repository is an installation of its own.
  const state = join(installation.folder, `state-${name}`)
  const consent = command === 'apply' ? ['--auto-approve'] : []
  return installation.groundcrew([command, ...consent, '-target', 'image/backend', '--state', state, '-f', file], onStart && { onStart })
}

/** `groundcrew apply` itself, out of the release archive: with plan, lock, journal and state. */
export class Applying implements Pushes {
  readonly proxy: FaultProxy
  readonly #installation: LabInstallation

  private constructor(installation: LabInstallation, proxy: FaultProxy) {
    this.#installation = installation
    this.proxy = proxy
  }

  static async to(installation: LabInstallation): Promise<Applying> {
    return new Applying(installation, await faultProxy(installation.lab, 'registry'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
  }

  get lab(): Lab {
    return this.#installation.lab
  }

  sizes(): Promise<Map<string, number>> {
    return blobSizes(join(this.#installation.folder, inputFiles.archive), this.lab, 'backend')
  }

  /** The plan after an apply that came to its end has to be empty. */
  async push(path: string, onStart?: (child: ChildProcess) => void): Promise<PushResult | undefined> {
    const run = (command: 'plan' | 'apply', watch?: typeof onStart) => backendOf(this.#installation, this.proxy.host, path, command, watch)
    const ran: RunResult = await run('apply', onStart)
    if (ran.signal === 'SIGKILL') return undefined
    if (ran.code !== 0) throw new Error(outputOf(ran))
    const { sentBytes } = this.proxy
    expectText(expectExit(await run('plan'), 0).stdout, 'No changes')
    return { seconds: ran.seconds, sentBytes }
  }
}
