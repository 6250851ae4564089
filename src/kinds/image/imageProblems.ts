import type { Problem } from '../../values/problem.ts'

export function notPushed(reference: string): Problem {
  return {
    code: 'image/not-in-registry',
    summary: `${reference} is not in the registry, and the file names no archive to push it from.`,
    remedy: 'Set images.archive to the self-hosted-VERSION.tar.gz of this version, or push the image with your own pipeline.',
  }
}

export function otherPlatform(reference: string, config: string): Problem {
  return {
    code: 'image/other-platform',
    summary: `${reference} is in the registry, but for other platforms only: ${config}.`,
    remedy: 'Push the image for this platform, or set images.platform to the platform of the cluster’s nodes.',
  }
}

export function changedMeanwhile(reference: string): Problem {
  return {
    code: 'image/changed-meanwhile',
    summary: `${reference} has changed since it was planned: another client pushed to this tag.`,
    remedy: 'Run groundcrew plan again and check its changes for this image.',
  }
}

export function notAsPushed(reference: string, pushed: string, served: string): Problem {
  return {
    code: 'image/not-as-pushed',
    summary: `${reference} was pushed, but the registry serves another image under this tag.`,
    detail: `pushed: ${pushed}\nserved: ${served}`,
    remedy: 'Check whether another pipeline pushes the same tag, then run groundcrew apply again.',
  }
}

export function podsRunAnother(reference: string, inRegistry: string, pods: readonly { pod: string; digest: string }[]): Problem {
  const rows = pods.map(({ pod, digest }) => `${pod}: ${digest}`)
  const count = new Set(pods.map(({ pod }) => pod)).size
  return {
    code: 'image/pods-run-another',
    summary: `${count === 1 ? 'One pod runs' : `${count} pods run`} a different image than the registry has for ${reference}.`,
    detail: [`registry: ${inRegistry}`, ...rows].join('\n'),
    remedy:
      'An apply restarts the Deployments that the plan lists under Restarts. Restart others when convenient: kubectl rollout restart deployment NAME. If their pods still run another image, a node or a mirror keeps an old one.',
  }
}

export function podsUnknown(reference: string, why: Problem): Problem {
  return { ...why, code: 'image/pods-unknown', summary: `Which image the pods of ${reference} run could not be read: ${why.summary}` }
}
