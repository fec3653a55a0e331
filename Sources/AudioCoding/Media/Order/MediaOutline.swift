import Support

/// What the pages of an Ogg file, or the clusters of a Matroska file, show of its damage before libavformat reads it: libavformat takes
/// them as they come, and looks at no numbers.
struct MediaOutline {
    /// The order in which they belong; nil if they are in it, or if it is not certain.
    private(set) var order: PieceOrder?
    /// The streams of an Ogg file that are chained, one behind the other, at least two; none if there is one.
    private(set) var links: [OggLink] = []
    /// The streams of an Ogg file, by their numbers, of which pages are missing before the first sound.
    private var headlessStreams: Set<Int> = []
    /// The time at which a Matroska file began of which clusters are missing before the first, in nanoseconds; nil if none is.
    private var lostStart: Int64?

    /// A file that shows nothing.
    init() {}

    /// The outline of the file `stream`. One that cannot be read shows nothing: libavformat will meet the same error.
    init(of stream: CodedStream) {
        let start = (try? stream.bytes(0..<min(4, stream.byteCount))) ?? []
        if start == OggPage.capturePattern, let outline = try? OggOutline(of: stream) {
            order = outline.order
            headlessStreams = outline.headlessStreams
            links = outline.links
        } else if start == EBMLElement.magic, let outline = try? MatroskaOutline(of: stream) {
            order = outline.order
            lostStart = outline.lostStart
        }
    }

    /// The time at which stream `index` began, in nanoseconds, if what came first in it is missing; nil if nothing shows that.
    func lostStart(of index: Int) -> Int64? {
        headlessStreams.contains(index) ? 0 : lostStart
    }
}
