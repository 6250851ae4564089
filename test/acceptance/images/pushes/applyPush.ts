import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { type FaultProxy, faultProxy, type Lab } from '../../../../scripts/lab/index.ts'
import { inputFiles } from '../../../../scripts/lab/inputs/desiredState.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { outputOf, type RunResult } from '../../support/run.ts'
import { blobSizes, type ImagePush } from './imagePush.ts'
import type { PushResult } from './push.ts'

/** Plans or applies the backend image alone, to a repository of a host that accepts the login of the lab's registry. */
export async function runBackendOnly(
  installation: LabInstallation,
  host: string,
  path: string,
  command: 'plan' | 'apply',
  onStart?: (child: ChildProcess) => void,
): Promise<RunResult> {
  const name = path.replaceAll('/', '-')
  const file = await installation.withEdits(name, (document) => {
    document.setIn(['images', 'backend'], `${host}/${path}`)
    document.setIn(['images', 'launcher'], `${host}/unused`)
    document.setIn(['registries'], { [host]: document.getIn(['registries', installation.lab.env.REGISTRY]) })
  })
  // Each repository has its own state.
  const state = join(installation.folder, `state-${name}`)
  const approval = command === 'apply' ? ['--auto-approve'] : []
  const args = [command, ...approval, '-target', 'image/backend', '--state', state, '-f', file]
  return installation.groundcrew(args, onStart && { onStart })
}

/** `groundcrew apply` of the release archive, with plan, lock, journal and state. */
export class ApplyPush implements ImagePush {
  readonly proxy: FaultProxy
  readonly #installation: LabInstallation

  private constructor(installation: LabInstallation, proxy: FaultProxy) {
    this.#installation = installation
    this.proxy = proxy
  }

  static async to(installation: LabInstallation): Promise<ApplyPush> {
    return new ApplyPush(installation, await faultProxy(installation.lab, 'registry'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close()
  }

  get lab(): Lab {
    return this.#installation.lab
  }

  blobSizes(): Promise<Map<string, number>> {
    return blobSizes(join(this.#installation.folder, inputFiles.archive), this.lab, 'backend')
  }

  /** The plan after a completed apply has to be empty. */
  async push(path: string, onStart?: (child: ChildProcess) => void): Promise<PushResult | undefined> {
    const result = await runBackendOnly(this.#installation, this.proxy.host, path, 'apply', onStart)
    if (result.signal === 'SIGKILL') return undefined
    if (result.code !== 0) throw new Error(outputOf(result))
    const { sentBytes } = this.proxy
    expectText(expectExit(await runBackendOnly(this.#installation, this.proxy.host, path, 'plan'), 0).stdout, 'No changes')
    return { seconds: result.seconds, sentBytes }
  }
}
