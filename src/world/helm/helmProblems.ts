import type { Problem } from '../../values/problem.ts'

const MAX_LINES = 12
const MAX_WIDTH = 400

/** The problem of a failed helm process; the API server's messages are in the detail. */
export function helmProblem(action: string, stderr: string, signal: AbortSignal): Problem {
  const detail = messageOf(stderr)
  if (signal.aborted)
    return {
      code: 'helm/interrupted',
      summary: `helm was interrupted while it tried to ${action}.`,
      remedy: 'Apply again: it continues from there.',
    }
  const match = BY_MESSAGE.find(([pattern]) => pattern.test(stderr))
  const [, code, remedy] = match ?? [
    undefined,
    'helm/failed',
    'Fix the cause that helm reports, then apply again: it continues from there.',
  ]
  return { code, summary: `helm could not ${action}.`, ...(detail !== '' && { detail }), remedy }
}

const BY_MESSAGE: readonly (readonly [RegExp, string, string])[] = [
  [
    /don't meet the specifications of the schema|values don't meet/i,
    'helm/values',
    'Correct release.values in desired-state.yaml: the chart’s schema rejects the values that helm names.',
  ],
  [
    /context deadline exceeded|timed out waiting|not ready/i,
    'helm/not-ready',
    'Some pods did not become ready in time; kubectl get pods and kubectl describe pod show why. Then apply again, with a longer release.timeout if they only need more time.',
  ],
  [
    /another operation .* in progress/i,
    'helm/busy',
    'Another helm process is changing this release, or was killed. Plan again: groundcrew recovers a release whose helm process was killed.',
  ],
  [
    /invalid ownership metadata|cannot be imported/i,
    'helm/foreign-objects',
    'An object with this name exists and does not belong to the release. Check it, then delete or rename it.',
  ],
  [
    /forbidden/i,
    'helm/forbidden',
    'This user lacks a permission that helm needs; to see its permissions: kubectl auth can-i --list -n NAMESPACE',
  ],
  [
    /Chart\.yaml file is missing|missing in charts|found in Chart\.yaml, but missing/i,
    'helm/chart',
    'The chart is incomplete. Run helm dependency build CHART, or use the packaged chart.',
  ],
]

/** Helm's messages without its log lines, at most a screenful. */
function messageOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(level=|time=|I\d{4} |W\d{4} |WARNING: Kubernetes configuration file)/.test(line))
  return lines
    .slice(-MAX_LINES)
    .map((line) => (line.length > MAX_WIDTH ? `${line.slice(0, MAX_WIDTH)} ...` : line))
    .join('\n')
}
