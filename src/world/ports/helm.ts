import type { Chart } from '../../installation/installation.ts'
import type { ProcessIdentity } from './process.ts'

/** Values as Helm accepts them: plain JSON, sent on stdin only. */
export type HelmValues = { readonly [key: string]: unknown }

export type HelmTarget = { readonly release: string; readonly namespace: string; readonly chart: Chart; readonly values: HelmValues }

export interface HelmReads {
  /** Renders the chart with these values, hooks and CRDs included, without any request to the cluster. Throws a ProblemError. */
  render(target: HelmTarget & { readonly isUpgrade: boolean }, signal: AbortSignal): Promise<string>
}

export type UpgradeOptions = HelmTarget & {
  readonly timeoutSeconds: number
  /** Valid only for a release that is server-side applied. */
  readonly forceConflicts: boolean
  /** Called with helm's process before it may act; helm starts only after the promise resolves. */
  readonly registerChild: (helm: ProcessIdentity) => Promise<void>
  readonly signal: AbortSignal
}

export interface HelmWrites {
  /** `upgrade --install --wait --reset-values -f -`. Throws a ProblemError with the API server's message. */
  upgrade(options: UpgradeOptions): Promise<void>
  /** `uninstall --wait`; keeps data and namespace. */
  uninstall(options: Pick<UpgradeOptions, 'release' | 'namespace' | 'timeoutSeconds' | 'registerChild' | 'signal'>): Promise<void>
}
