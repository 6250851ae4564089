import type { LabInstallation } from '../../support/installation.ts'

/** A secret value that is written into objects which everyone may read; it must not appear in any output. */
export const CANARY = 'canary-of-a-live-object'

/** A change of a live object of the release by a client other than groundcrew. */
export type ObjectDrift = {
  /** `a container added`. */
  name: string
  change(installation: LabInstallation): Promise<unknown>
  /** The object, as the plan names it. */
  object: string
  /** Matches the lines below the object in the plan, or the line that names it. */
  planShows: RegExp
  /** The field manager that the plan names; undefined where the API server does not know it. */
  manager: string | undefined
  /** The Deployments whose pods the repair replaces. */
  restarts?: readonly string[]
  /** Declared by the chart: repaired by an upgrade, which creates a new revision. */
  needsUpgrade?: boolean
  /** Runs with `--quick` too. */
  isSample?: boolean
}

export type DriftOptions = Partial<Pick<ObjectDrift, 'manager' | 'restarts' | 'needsUpgrade' | 'isSample'>>

export const DECLARED: DriftOptions = { needsUpgrade: true }
export const UNKNOWN_MANAGER: DriftOptions = { manager: undefined }

/** A change by `kubectl patch`, unless the options name another manager. */
export function objectDrift(
  object: string,
  name: string,
  planShows: RegExp,
  change: ObjectDrift['change'],
  options: DriftOptions = {},
): ObjectDrift {
  return { object, name, planShows, change, manager: 'kubectl-patch at 20', ...options }
}

type Operation = { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }

export const kubectl =
  (...args: string[]) =>
  (installation: LabInstallation) =>
    installation.kubectl('-n', 'spacelift', ...args)

/** A JSON patch, one `[op, path, value]` per operation. */
export const patch = (object: string, ...operations: readonly (readonly [Operation['op'], string, unknown?])[]) =>
  kubectl('patch', object, '--type=json', '-p', JSON.stringify(operations.map(([op, path, value]) => ({ op, path, value }))))

export const merge = (object: string, value: object) => kubectl('patch', object, '--type=merge', '-p', JSON.stringify(value))

/** Deletes an object while a finalizer holds it. */
export const deleteHeld = (object: string) => async (installation: LabInstallation) => {
  await merge(object, { metadata: { finalizers: ['example.com/held'] } })(installation)
  await kubectl('delete', object, '--wait=false')(installation)
}

/** An object that looks like one of the release but is not in the chart. */
export function leftover(kind: string, content: object): ObjectDrift {
  const metadata = {
    name: 'left-behind',
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'spacelift', 'meta.helm.sh/release-namespace': 'spacelift' },
  }
  const manifest = JSON.stringify({ apiVersion: 'v1', kind, metadata, ...content })
  const change = async (installation: LabInstallation) =>
    installation.kubectl('-n', 'spacelift', 'create', '-f', await installation.write('left-behind.json', manifest))
  const planShows = new RegExp(`- ${kind}/left-behind +\\(not in the chart\\)`)
  return objectDrift(`${kind}/left-behind`, 'an object of the release that is not in the chart', planShows, change, UNKNOWN_MANAGER)
}
