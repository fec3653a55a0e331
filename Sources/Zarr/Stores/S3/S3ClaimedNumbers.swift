import Support

/// The numbers of nodes that this process writes in groups of a store on S3.
struct S3ClaimedNumbers {
    /// How many numbers are claimed at once, at most.
    private static let batchLimit = 8

    /// Those that have no document yet, by the paths of groups.
    var unpublished: [String: Set<String>] = [:]
    /// Nodes that have appeared and still have their claims, by their places.
    var unconfirmed: [String: S3StagedNode] = [:]
    /// The next number that may be free, by the paths of groups.
    private var next: [String: Int] = [:]
    /// How many numbers were claimed at once last, by the paths of groups.
    private var batches: [String: Int] = [:]
    /// Numbers that are claimed and not used yet, by the paths of groups, in their order.
    private var spare: [String: [Spare]] = [:]

    /// A number that is claimed.
    struct Spare {
        let number: Int
        let claim: S3Claim
    }

    /// Whether it is known which number of `group` may be free.
    func isKnown(_ group: String) -> Bool { next[group] != nil }

    /// Records that no number of `group` before `number` is free.
    mutating func advance(_ group: String, to number: Int) {
        next[group] = max(next[group] ?? 0, number)
    }

    /// The numbers of `group` to be claimed now: each time twice as many as before, since whoever writes many nodes would otherwise wait for
    /// three round trips or more for each. Nil if there are none left.
    mutating func takeNumbers(of group: String) -> Range<Int>? {
        let start = next[group] ?? 0
        let count = min(batches[group].map { $0 * 2 } ?? 1, Self.batchLimit)
        guard let end = start.adding(count) else { return nil }
        batches[group] = count
        next[group] = end
        return start..<end
    }

    /// Keeps `claims` to numbers of `group` until they are used.
    mutating func keep(_ claims: [Spare], of group: String) {
        spare[group, default: []] += claims
        spare[group]?.sort { $0.number < $1.number }
    }

    /// The lowest number of `group` that is claimed, which is used now; nil if there is none. Those that are not `writer`'s any more, since others
    /// may have taken it for dead, are forgotten.
    mutating func takeClaim(of group: String, by writer: S3Writer) -> S3Claim? {
        spare[group]?.removeAll { !$0.claim.isSafe(of: writer) }
        guard let first = spare[group]?.first else { return nil }
        spare[group]?.removeFirst()
        unpublished[group, default: []].insert(String(first.number))
        return first.claim
    }

    /// The claims of `writer` that are not used.
    func unused(by writer: S3Writer) -> [S3Claim] {
        spare.values.flatMap { $0.map(\.claim).filter { $0.isSafe(of: writer) } }
    }
}
