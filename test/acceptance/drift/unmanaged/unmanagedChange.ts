import { expectExit, type LabInstallation } from '../../support/installation.ts'

/** A change outside groundcrew that drift reports and apply does not undo. */
export type UnmanagedChange = {
  name: string
  address: string
  /** Prefix of the field that drift reports. */
  field: string
  change(installation: LabInstallation): Promise<unknown>
  undo(installation: LabInstallation): Promise<unknown>
  /** Runs with `--quick` too. */
  isSample?: boolean
}

export const quota: UnmanagedChange = {
  name: 'a quota',
  address: 'bucket/spacelift-run-logs',
  field: 'quota',
  change: (installation) => installation.mc('quota', 'set', 'lab/spacelift-run-logs', '--size', '1GiB'),
  undo: (installation) => installation.mc('quota', 'clear', 'lab/spacelift-run-logs'),
  isSample: true,
}

export const objectLock: UnmanagedChange = {
  name: 'recreated with object lock',
  address: 'bucket/spacelift-states',
  field: 'objectLock',
  change: async (installation) => {
    await installation.mc('rb', '--force', 'lab/spacelift-states')
    await installation.mc('mb', '--with-lock', 'lab/spacelift-states')
  },
  undo: async (installation) => {
    await installation.mc('rb', '--force', 'lab/spacelift-states')
    expectExit(await installation.apply(), 0)
  },
}

export const sidecarInjection: UnmanagedChange = {
  name: 'a label that injects a proxy into every pod',
  address: 'namespace/spacelift',
  field: 'labels.istio-injection',
  change: (installation) => installation.kubectl('label', 'namespace', 'spacelift', 'istio-injection=enabled'),
  undo: (installation) => installation.kubectl('label', 'namespace', 'spacelift', 'istio-injection-'),
}

export const podSecurity: UnmanagedChange = {
  name: 'a label that restricts which pods may start',
  address: 'namespace/spacelift',
  field: 'labels[pod-security.kubernetes.io/warn]',
  change: (installation) => installation.kubectl('label', 'namespace', 'spacelift', 'pod-security.kubernetes.io/warn=restricted'),
  undo: (installation) => installation.kubectl('label', 'namespace', 'spacelift', 'pod-security.kubernetes.io/warn-'),
}
