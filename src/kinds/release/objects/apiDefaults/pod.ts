import type { Defaults, FieldContext } from './types.ts'

/** The server's defaults for a pod template. */
export const POD: Defaults = [
  ['dnsPolicy', 'ClusterFirst'],
  ['restartPolicy', 'Always'],
  ['schedulerName', 'default-scheduler'],
  ['terminationGracePeriodSeconds', 30],
  ['enableServiceLinks', true],
  ['serviceAccount', ({ siblings }) => siblings.serviceAccountName],
  ...['containers', 'initContainers'].flatMap((containers) => containerDefaults(`${containers}.*`)),
  ...volumeDefaults('volumes.*'),
]

function containerDefaults(path: string): Defaults {
  return [
    [`${path}.imagePullPolicy`, pullPolicy],
    [`${path}.terminationMessagePath`, '/dev/termination-log'],
    [`${path}.terminationMessagePolicy`, 'File'],
    [`${path}.env.*.valueFrom.fieldRef.apiVersion`, 'v1'],
    [`${path}.env.*.valueFrom.resourceFieldRef.divisor`, '0'],
    [`${path}.lifecycle.*.httpGet.scheme`, 'HTTP'],
    ...['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((probe) => probeDefaults(`${path}.${probe}`)),
  ]
}

/** The server's default: a tag that is expected to move is pulled at every start. */
function pullPolicy({ siblings: { image } }: FieldContext): string {
  const [name = '', digest] = String(image).split('@')
  const [, tag = 'latest'] = /:([^:/]+)$/.exec(name) ?? []
  return digest === undefined && tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function probeDefaults(path: string): Defaults {
  return [
    [`${path}.failureThreshold`, 3],
    [`${path}.periodSeconds`, 10],
    [`${path}.successThreshold`, 1],
    [`${path}.timeoutSeconds`, 1],
    [`${path}.httpGet.scheme`, 'HTTP'],
  ]
}

function volumeDefaults(path: string): Defaults {
  return [
    ...['secret', 'configMap', 'projected', 'downwardAPI'].map((source) => [`${path}.${source}.defaultMode`, 420] as const),
    ...[`${path}.downwardAPI`, `${path}.projected.sources.*.downwardAPI`].flatMap(
      (source): Defaults => [
        [`${source}.items.*.fieldRef.apiVersion`, 'v1'],
        [`${source}.items.*.resourceFieldRef.divisor`, '0'],
      ],
    ),
    [`${path}.projected.sources.*.serviceAccountToken.expirationSeconds`, 3600],
    [`${path}.ephemeral.volumeClaimTemplate.spec.volumeMode`, 'Filesystem'],
    [`${path}.iscsi.iscsiInterface`, 'default'],
  ]
}
