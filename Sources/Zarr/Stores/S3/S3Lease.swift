/// Until when others take a writer for alive that writes its object anew now and then, as far as the writer itself can know.
///
/// Times are those of a clock that runs while the machine sleeps.
struct S3Lease {
    typealias Instant = ContinuousClock.Instant

    /// How long it may go without being renewed until others may soon take it for dead.
    static let limit = Duration.seconds(S3Writer.secondsUntilDead - 60)

    /// When the last renewal that succeeded began.
    private var renewed: Instant
    /// When it was last so old that others may have taken its writer for dead.
    private var lapse: Instant?
    /// Whether others have taken its writer for dead.
    private(set) var isLost = false

    /// A lease that was renewed at `renewed`.
    init(at renewed: Instant) {
        self.renewed = renewed
    }

    /// Whether it was last renewed longer than `interval` before `now`.
    func isOlder(than interval: Duration, at now: Instant) -> Bool { renewed + interval < now }

    /// Whether nobody takes its writer for dead at `now`.
    func isHeld(at now: Instant) -> Bool { !isLost && !isOlder(than: Self.limit, at: now) }

    /// Whether nobody has taken its writer for dead from `began` until `now`.
    func wasHeld(since began: Instant, at now: Instant) -> Bool {
        isHeld(at: now) && (lapse ?? began) <= began
    }

    /// Records a renewal that began at `began` and was done at `now`.
    mutating func renew(from began: Instant, at now: Instant) {
        if isOlder(than: Self.limit, at: now) { lapse = now }
        renewed = began
    }

    /// Records that the object was removed by others.
    mutating func lose() { isLost = true }
}
