import type { LifecycleRule } from '../ports/objectStore.ts'
import type { Xml } from './xml.ts'

/** The document of exactly these rules, without {@link LifecycleRule.other}; "all objects" is spelled as mc spells it. */
export function writeLifecycle(rules: readonly LifecycleRule[], xml: Xml): string {
  return xml.write('LifecycleConfiguration', { Rule: rules.map(writeRule) })
}

function writeRule({ id, enabled, filter, delMarkerExpiration, ...rule }: LifecycleRule): object {
  return {
    ID: id,
    Status: enabled ? 'Enabled' : 'Disabled',
    Filter: writeFilter(filter),
    ...writeExpirations(rule),
    ...(rule.transition && {
      Transition: defined({ Days: rule.transition.days, Date: rule.transition.date, StorageClass: rule.transition.storageClass }),
    }),
    ...(rule.noncurrentTransition && {
      NoncurrentVersionTransition: defined({
        NoncurrentDays: rule.noncurrentTransition.days,
        StorageClass: rule.noncurrentTransition.storageClass,
      }),
    }),
    ...(delMarkerExpiration && { DelMarkerExpiration: { Days: delMarkerExpiration.days } }),
  }
}

function writeExpirations({ expiration, noncurrentExpiration }: Pick<LifecycleRule, 'expiration' | 'noncurrentExpiration'>): object {
  return {
    ...(expiration && {
      Expiration: defined({
        Days: expiration.days,
        Date: expiration.date,
        ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
        ExpiredObjectAllVersions: expiration.expiredObjectAllVersions,
      }),
    }),
    ...(noncurrentExpiration && {
      NoncurrentVersionExpiration: defined({
        NoncurrentDays: noncurrentExpiration.days,
        NewerNoncurrentVersions: noncurrentExpiration.newerVersions,
      }),
    }),
  }
}

function writeFilter({ prefix, tags, sizeGreaterThan, sizeLessThan }: LifecycleRule['filter']): object {
  const tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const sizes = defined({ ObjectSizeGreaterThan: sizeGreaterThan, ObjectSizeLessThan: sizeLessThan })
  const parts = (prefix === '' ? 0 : 1) + tag.length + Object.keys(sizes).length
  if (parts === 0) return { Prefix: '' }
  const inner = { ...(prefix !== '' && { Prefix: prefix }), ...(tag.length > 0 && { Tag: tag }), ...sizes }
  return parts > 1 ? { And: inner } : inner
}

function defined(map: { readonly [name: string]: unknown }): object {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}
