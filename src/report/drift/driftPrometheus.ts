import { type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'

type Sample = { readonly labels?: { readonly [name: string]: string }; readonly value: number }

/**
 * The report for the textfile collector of Prometheus' node exporter: no timestamps, because it refuses files that have any.
 * An incomplete check keeps the time of the last complete one, read from the previous file.
 */
export function driftPrometheus(report: DriftReport, nowSeconds: number, previousFile: string, version: string): string {
  const incomplete = report.unchecked.length + report.problems.length > 0
  const success = incomplete ? lastSuccess(previousFile) : nowSeconds
  const sample = (address: string, value: number): Sample => ({ labels: { address }, value })
  return [
    metric('groundcrew_build_info', 'Version of groundcrew that ran the check.', [{ labels: { version }, value: 1 }]),
    metric('groundcrew_drift_resources', 'Resources by their state in the last check.', byState(report)),
    metric(
      'groundcrew_drift_resource',
      '1 for each resource that drifted and is not accepted.',
      report.drifted.filter(isDrift).map((resource) => sample(resource.address, 1)),
    ),
    metric('groundcrew_drift_incomplete', '1 if a resource could not be checked.', [{ value: incomplete ? 1 : 0 }]),
    metric('groundcrew_drift_last_run_timestamp_seconds', 'Time of the last check.', [{ value: nowSeconds }]),
    ...(success === undefined
      ? []
      : [metric('groundcrew_drift_last_success_timestamp_seconds', 'Time of the last complete check.', [{ value: success }])]),
  ].join('')
}

function byState({ drifted, checked, unchecked, skipped }: DriftReport): Sample[] {
  const drifts = drifted.filter(isDrift)
  const sample = (state: string, value: number): Sample => ({ labels: { state }, value })
  const isReportedOnly = ({ is, fields, keysUnknown }: DriftedResource) =>
    is === 'changed' && fields.every((field) => field.class !== 'repaired') && !keysUnknown
  return [
    sample('as_applied', checked - drifted.length),
    sample('drifted', drifts.filter((resource) => !isReportedOnly(resource)).length),
    sample('reported_only', drifts.filter(isReportedOnly).length),
    sample('accepted', drifted.length - drifts.length),
    sample('unchecked', unchecked.length),
    sample('skipped', skipped.length),
  ]
}

function metric(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function labelText(labels: { readonly [name: string]: string }): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function lastSuccess(previousFile: string): number | undefined {
  const timestamp = /^groundcrew_drift_last_success_timestamp_seconds (\d+(?:\.\d+)?)$/m.exec(previousFile)?.[1]
  return timestamp === undefined ? undefined : Number(timestamp)
}
