import { bucketPath } from '../../installation/spacelift.ts'
import type { Problem } from '../../values/problem.ts'
import type { Declared, Finding, Refusal } from '../kind.ts'
import type { BucketMaterial } from './facts.ts'

export function changedMeanwhile(name: string, reason: string): Problem {
  return {
    code: 'bucket/changed-meanwhile',
    summary: `The bucket ${name} has changed since it was planned: ${reason}.`,
    remedy: 'Run groundcrew plan again and check its changes for this bucket.',
  }
}

export function notAsWritten(name: string, differs: string): Problem {
  return {
    code: 'bucket/not-as-written',
    summary: `The bucket ${name} was written, but MinIO returns other settings.`,
    detail: `Different: ${differs}.`,
    remedy: 'Check whether another tool manages this bucket, then run groundcrew plan again.',
  }
}

export function notEmpty(name: string): Problem {
  return {
    code: 'bucket/not-empty',
    summary: `The bucket ${name} is not removed: it is not empty.`,
    detail: 'groundcrew deletes no objects; noncurrent versions and delete markers count.',
    remedy: `To delete it with its contents: mc rb --force ALIAS/${name}. To keep it outside groundcrew: groundcrew state rm bucket/${name}.`,
  }
}

/** MinIO's expiry runs without groundcrew, so consent is needed before the rule is written. */
export function needsConsent(name: string, losses: readonly string[], empty: boolean | undefined): Refusal {
  const consent = `--accept-data-loss bucket/${name}`
  const why = empty === undefined ? 'whether it is empty could not be read' : 'it is not empty'
  return {
    code: 'bucket/expiry-needs-consent',
    summary: `The bucket ${name} would lose data (${why}): ${losses.join('; ')}.`,
    remedy: `If this is intended, allow it: ${consent}.`,
    consent,
  }
}

/** On a versioned bucket an expiry deletes nothing: an expired object becomes a noncurrent version. */
export function noncurrentStay({ address, material, origins }: Declared<BucketMaterial>): Finding {
  const origin = origins.get('')
  return {
    address,
    code: 'bucket/noncurrent-versions-stay',
    summary: 'Expired objects stay as noncurrent versions forever.',
    ...(origin !== undefined && origin !== 'guide' && { at: origin }),
    remedy: `Set ${bucketPath(material.bucket).join('.')}.noncurrentDays.`,
  }
}
