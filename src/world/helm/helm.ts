import type { Chart } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import type { HelmReads, HelmTarget, HelmWrites, UpgradeOptions } from '../ports/helm.ts'
import { helmProblem } from './helmProblems.ts'
import { runHelm } from './run.ts'

export type HelmEnvironment = {
  /** The environment of helm's process; it contains none of groundcrew's secrets. */
  readonly env: { readonly [name: string]: string }
  readonly kubeconfig: { readonly files: readonly string[]; readonly context: string } | undefined
}

/** Runs helm as a process: values on stdin, nothing secret in its arguments. */
export class Helm implements HelmReads, HelmWrites {
  readonly #environment: HelmEnvironment

  constructor(environment: HelmEnvironment) {
    this.#environment = environment
  }

  async render(
    { release, namespace, chart, values, isUpgrade }: HelmTarget & { readonly isUpgrade: boolean },
    signal: AbortSignal,
  ): Promise<string> {
    const args = [
      'template',
      release,
      chartPath(chart),
      '--namespace',
      namespace,
      '--include-crds',
      '--values',
      '-',
      ...(isUpgrade ? ['--is-upgrade'] : []),
    ]
    const { code, stdout, stderr } = await runHelm({ args, env: this.#env(), stdin: JSON.stringify(values), signal })
    if (code !== 0) throw new ProblemError(helmProblem('render the chart', stderr, signal))
    return stdout
  }

  async upgrade({
    release,
    namespace,
    chart,
    values,
    timeoutSeconds,
    forceConflicts,
    registerChild,
    signal,
  }: UpgradeOptions): Promise<void> {
    const args = [
      ...['upgrade', release, chartPath(chart), '--install', '--namespace', namespace],
      ...['--wait', '--timeout', `${timeoutSeconds}s`, '--reset-values', '--values', '-'],
      ...(forceConflicts ? ['--force-conflicts'] : []),
      ...this.#context(),
    ]
    const { code, stderr } = await runHelm({ args, env: this.#env(), stdin: JSON.stringify(values), registerChild, signal })
    if (code !== 0) throw new ProblemError(helmProblem('upgrade the release', stderr, signal))
  }

  async uninstall({ release, namespace, timeoutSeconds, registerChild, signal }: Parameters<HelmWrites['uninstall']>[0]): Promise<void> {
    const args = ['uninstall', release, '--namespace', namespace, '--wait', '--timeout', `${timeoutSeconds}s`, ...this.#context()]
    const { code, stderr } = await runHelm({ args, env: this.#env(), stdin: '', registerChild, signal })
    if (code !== 0) throw new ProblemError(helmProblem('uninstall the release', stderr, signal))
  }

  /** Several kubeconfigs can only be passed by the variable. */
  #env(): { readonly [name: string]: string } {
    const { env, kubeconfig } = this.#environment
    return kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig.files.join(':') }
  }

  #context(): string[] {
    const { kubeconfig } = this.#environment
    return kubeconfig === undefined ? [] : ['--kube-context', kubeconfig.context]
  }
}

function chartPath({ source }: Chart): string {
  if ('path' in source) return source.path
  throw new Error('findChart must be called before helm runs: only a chart with a path is on this machine')
}
