import { type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'

type Sample = { readonly labels?: { readonly [name: string]: string }; readonly value: number }

/**
 * The report for the textfile collector of Prometheus' node exporter: no timestamps (it refuses files that have any),
 * and of a look that was incomplete the time of the last whole one stays, read from the file before.
 */
export function driftPrometheus(report: DriftReport, nowSeconds: number, before: string, version: string): string {
  const incomplete = report.unchecked.length + report.problems.length > 0
  const success = incomplete ? lastSuccess(before) : nowSeconds
  const seen = (address: string, value: number): Sample => ({ labels: { address }, value })
  return [
    metric('groundcrew_build_info', 'Version of groundcrew that ran the check.', [{ labels: { version }, value: 1 }]),
    metric('groundcrew_drift_resources', 'Resources by their state in the last check.', byState(report)),
    metric(
      'groundcrew_drift_resource',
      '1 for each resource that drifted and is not accepted.',
      report.drifted.filter(isDrift).map((one) => seen(one.address, 1)),
    ),
    metric('groundcrew_drift_incomplete', '1 if a resource could not be checked.', [{ value: incomplete ? 1 : 0 }]),
    metric('groundcrew_drift_last_run_timestamp_seconds', 'Time of the last check.', [{ value: nowSeconds }]),
    ...(success === undefined
      ? []
      : [metric('groundcrew_drift_last_success_timestamp_seconds', 'Time of the last complete check.', [{ value: success }])]),
  ].join('')
}

function byState({ drifted, checked, unchecked, skipped }: DriftReport): Sample[] {
  const counted = drifted.filter(isDrift)
  const is = (state: string, value: number): Sample => ({ labels: { state }, value })
  const reported = (one: DriftedResource) =>
    one.is === 'changed' && one.fields.every((field) => field.class !== 'repaired') && !one.keysUnknown
  return [
    is('as_applied', checked - drifted.length),
    is('drifted', counted.filter((one) => !reported(one)).length),
    is('reported_only', counted.filter(reported).length),
    is('accepted', drifted.length - counted.length),
    is('unchecked', unchecked.length),
    is('skipped', skipped.length),
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

function lastSuccess(before: string): number | undefined {
  const found = /^groundcrew_drift_last_success_timestamp_seconds (\d+(?:\.\d+)?)$/m.exec(before)?.[1]
  return found === undefined ? undefined : Number(found)
}
