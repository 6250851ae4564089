import { bucketPlace } from '../../installation/bucketPlace.ts'
import type { Problem } from '../../values/problem.ts'
import type { Declared, Finding, Refusal } from '../kind.ts'
import type { BucketMaterial } from './facts.ts'

export function unreadableState(): Problem {
  return {
    code: 'state/unreadable',
    summary: 'The state holds a bucket that this version of groundcrew cannot read.',
    remedy: 'Use the version of groundcrew that wrote the state, or remove the bucket from the state.',
  }
}

export function changedMeanwhile(name: string, what: string): Problem {
  return {
    code: 'bucket/changed-meanwhile',
    summary: `The bucket ${name} is no longer what was planned on: ${what}.`,
    remedy: 'Run groundcrew plan again and look at what it says about this bucket.',
  }
}

export function notAsWritten(name: string, differs: string): Problem {
  return {
    code: 'bucket/not-as-written',
    summary: `The bucket ${name} was written, but MinIO now says something else.`,
    detail: `Different: ${differs}.`,
    remedy: 'See whether another tool manages this bucket, then plan again.',
  }
}

export function notEmpty(name: string): Problem {
  return {
    code: 'bucket/not-empty',
    summary: `The bucket ${name} is not removed: it is not empty.`,
    detail: 'groundcrew deletes no objects; noncurrent versions and delete markers count.',
    remedy: `To let it go: mc rb --force ALIAS/${name}. To keep it without groundcrew: groundcrew state rm bucket/${name}.`,
  }
}

/** MinIO's expiry runs by itself: once set, there is nobody left to ask. */
export function needsConsent(name: string, losses: readonly string[], empty: boolean | undefined): Refusal {
  const consent = `--accept-data-loss bucket/${name}`
  const why = empty === undefined ? 'whether it is empty could not be seen' : 'it is not empty'
  return {
    code: 'bucket/expiry-needs-consent',
    summary: `The bucket ${name} would lose data (${why}): ${losses.join('; ')}.`,
    remedy: `If that is meant, say so: ${consent}.`,
    consent,
  }
}

/** On a versioned bucket an expiry only hides: what it expires becomes a noncurrent version. */
export function noncurrentStay({ address, material, origins }: Declared<BucketMaterial>): Finding {
  const origin = origins.get('')
  return {
    address,
    code: 'bucket/noncurrent-versions-stay',
    summary: 'expired objects stay as noncurrent versions for ever.',
    ...(origin !== undefined && origin !== 'guide' && { at: origin }),
    remedy: `Set ${bucketPlace(material.bucket).join('.')}.noncurrentDays.`,
  }
}
