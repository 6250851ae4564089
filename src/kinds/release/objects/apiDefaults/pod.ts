import type { Defaults, FieldContext } from './types.ts'

/** What a server writes into a pod template by itself. */
export const POD: Defaults = [
  ['dnsPolicy', 'ClusterFirst'],
  ['restartPolicy', 'Always'],
  ['schedulerName', 'default-scheduler'],
  ['terminationGracePeriodSeconds', 30],
  ['enableServiceLinks', true],
  ['serviceAccount', ({ siblings: beside }) => beside.serviceAccountName],
  ...['containers', 'initContainers'].flatMap((containers) => ofContainer(`${containers}.*`)),
  ...ofVolume('volumes.*'),
]

function ofContainer(at: string): Defaults {
  return [
    [`${at}.imagePullPolicy`, pullPolicy],
    [`${at}.terminationMessagePath`, '/dev/termination-log'],
    [`${at}.terminationMessagePolicy`, 'File'],
    [`${at}.env.*.valueFrom.fieldRef.apiVersion`, 'v1'],
    [`${at}.env.*.valueFrom.resourceFieldRef.divisor`, '0'],
    [`${at}.lifecycle.*.httpGet.scheme`, 'HTTP'],
    ...['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((probe) => ofProbe(`${at}.${probe}`)),
  ]
}

/** An image that may be another tomorrow is pulled each time. */
function pullPolicy({ siblings: { image } }: FieldContext): string {
  const [name = '', digest] = String(image).split('@')
  const [, tag = 'latest'] = /:([^:/]+)$/.exec(name) ?? []
  return digest === undefined && tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function ofProbe(at: string): Defaults {
  return [
    [`${at}.failureThreshold`, 3],
    [`${at}.periodSeconds`, 10],
    [`${at}.successThreshold`, 1],
    [`${at}.timeoutSeconds`, 1],
    [`${at}.httpGet.scheme`, 'HTTP'],
  ]
}

function ofVolume(at: string): Defaults {
  return [
    ...['secret', 'configMap', 'projected', 'downwardAPI'].map((source) => [`${at}.${source}.defaultMode`, 420] as const),
    ...[`${at}.downwardAPI`, `${at}.projected.sources.*.downwardAPI`].flatMap(
      (source): Defaults => [
        [`${source}.items.*.fieldRef.apiVersion`, 'v1'],
        [`${source}.items.*.resourceFieldRef.divisor`, '0'],
      ],
    ),
    [`${at}.projected.sources.*.serviceAccountToken.expirationSeconds`, 3600],
    [`${at}.ephemeral.volumeClaimTemplate.spec.volumeMode`, 'Filesystem'],
    [`${at}.iscsi.iscsiInterface`, 'default'],
  ]
}
