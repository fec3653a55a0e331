import AudioCoding
import Support
import WaveFile
import Zarr

/// Checks everything that a store has of one recording.
struct RecordingCheck {
    /// Findings of one recording that are reported; more are only counted.
    private static let findingLimit = 200

    let store: any Store
    let node: RecordingNode
    let cache: BlockCache
    /// Whether all of it is decoded.
    let isDeep: Bool
    /// Whether audio that has no checksums is to get some.
    let addsChecksums: Bool
    /// Called with the number of bytes of audio read since the last call.
    let progress: @Sendable (UInt64) -> Void
    /// Called with how much of the recording was decoded, from 0 to 1.
    let decoded: @Sendable (Double) -> Void

    /// What was found.
    private(set) var findings: [Finding] = []
    /// The decoded samples that findings say are missing from the stream.
    var lostSamples: [Range<UInt64>] = []
    /// Whether the bytes of the source could be made of it, and have its SHA-256.
    var hasSourceSHA256 = false
    private var unreportedCount = 0
    /// Repairs, each with the indices of the findings that it would repair.
    private(set) var repairs: [(findings: [Int], repair: any RecordingRepair)] = []

    init(
        store: any Store, node: RecordingNode, cache: BlockCache, isDeep: Bool, addsChecksums: Bool,
        progress: @escaping @Sendable (UInt64) -> Void, decoded: @escaping @Sendable (Double) -> Void
    ) {
        self.store = store
        self.node = node
        self.cache = cache
        self.isDeep = isDeep
        self.addsChecksums = addsChecksums
        self.progress = progress
        self.decoded = decoded
    }

    /// Checks everything.
    mutating func run() {
        checkDocuments()
        let verifiesChecksums = checkChecksums()
        var loaded: LoadedRecording?
        do throws(RecordingError) {
            loaded = try RecordingLoader(
                store: store, cache: cache, log: .silent, verifiesChecksums: verifiesChecksums
            ).load(node)
        } catch {
            add(Finding(error))
        }
        // If these fail, the reason has been added.
        let audio =
            loaded?.audio
            ?? (try? StoredAudio(of: node, in: store, cache: cache, verifiesChecksums: verifiesChecksums))
        let codec = audio.flatMap { try? CodecRegistry.codec(of: $0) }
        checkOtherArrays(besides: codec)
        guard let audio, let codec, isPlausible(audio.array) else { return }
        codec.check(audio, opened: loaded?.opened, in: &self)
        if let loaded {
            if codec.isLossless { checkEnvelope(of: loaded.recording) }
            if isDeep { codec.checkSamples(of: loaded, in: &self) }
        }
        if unreportedCount > 0 { findings.append(finding(.fault, "\(unreportedCount) more faults")) }
    }

    // MARK: - Findings

    func finding(_ kind: Finding.Kind, _ problem: String, samples: Range<UInt64>? = nil) -> Finding {
        Finding(kind, problem, recording: node.path, samples: samples)
    }

    /// Adds `finding`.
    mutating func add(_ finding: Finding) {
        add([finding], repair: nil)
    }

    /// Adds `findings`, all of which `repair` would repair.
    mutating func add(_ new: [Finding], repair: (any RecordingRepair)?) {
        let first = findings.count
        for var finding in new {
            guard findings.count < Self.findingLimit else {
                if finding.kind != .note { unreportedCount += 1 }
                continue
            }
            if repair != nil { finding.repair = .possible }
            findings.append(finding)
        }
        if let repair, !new.isEmpty { repairs.append((Array(first..<findings.count), repair)) }
    }

    /// Adds a finding of `what`, which `error` is the cause of.
    mutating func add(_ what: String, _ error: any Error, samples: Range<UInt64>? = nil) {
        add(finding(Finding.kind(of: error), "\(what): \(error)", samples: samples))
    }

    // MARK: - Arrays

    /// The arrays that an import writes, and leaves no chunk of out. Any other in a recording's group is somebody else's.
    private static let ownArrays = CodecRegistry.ownNames

    /// Reads every array of the recording, for their chunks' checksums, except the audio and what is read with it.
    private mutating func checkOtherArrays(besides codec: (any RecordingCodec)?) {
        guard case .group = node.content else { return }
        let readWithAudio = [HierarchyNames.blob, HierarchyNames.blobChecksums] + (codec?.checkedArrays ?? [])
        do {
            let group = try ZarrGroup.open(store, path: node.path)
            for name in try group.children() where !readWithAudio.contains(name) {
                let isOwn = Self.ownArrays.contains(name)
                let path = group.path(of: name)
                guard
                    case .array(let array) = try ZarrNode.open(
                        store, path: path, cache: cache, absent: isOwn ? .damage : .fillValue)
                else {
                    if let inner = firstRecording(in: path) { add(finding(.fault, Self.problem(ofInner: inner))) }
                    continue
                }
                guard isPlausible(array) else { continue }
                for (_, error) in array.unreadableRows(progress: { _ in }) { add("\(name) cannot be read", error) }
                if !isOwn { countAbsentChunks(of: array, as: "\(name): ") }
            }
        } catch {
            add("its arrays cannot be looked at", error)
        }
    }

    /// The path of a recording at or below the group `path`, which is in the recording; nil if there is none among the first of what is there.
    private func firstRecording(in path: String, depth: Int = 0) -> String? {
        guard
            case (.group(let group), let attributes)? = try? ZarrNode.open(
                store, path: path, cache: cache, attributes: ListedAttributes.self)
        else { return nil }
        if attributes.isRecording { return path }
        guard depth < 8 else { return nil }
        return ((try? group.children()) ?? []).prefix(64).lazy
            .compactMap { firstRecording(in: group.path(of: $0), depth: depth + 1) }.first
    }

    private static func problem(ofInner path: String) -> String {
        "/\(path) is a recording in this one, where no list and no mount finds it: move it into a group (zarrwlr move STORE \(path) "
            + "GROUP)"
    }

    /// Whether the store can hold as much as `array` announces; a finding is added if not. Reading far more than there
    /// is would take forever.
    mutating func isPlausible(_ array: ZarrArray) -> Bool {
        guard let kept = array.implausibleByteCount(in: store) else { return true }
        add(finding(.fault, array.implausibility(kept: kept)))
        return false
    }

    // MARK: - The source

    /// Compares the source's bytes around the samples with the samples.
    private mutating func checkEnvelope(of recording: Recording) {
        guard case .group(let group) = node.content else { return }
        do {
            let envelope = try StoredEnvelope(store: store, cache: cache, path: node.path).envelope(
                format: recording.format, dataByteCount: recording.dataByteCount,
                sourceByteCount: group.source.byteCount)
            guard envelope == nil, try hasLostEnvelope(group.source, dataByteCount: recording.dataByteCount) else {
                return
            }
            add(
                finding(
                    .fault,
                    "source_head is missing: readers get a plain WAV header in place of what the source had around its samples"
                ))
        } catch {
            add("source_head and source_tail are of no use", error)
        }
    }

    /// Whether `source`, of which there are `dataByteCount` bytes of samples and nothing around them, is a WAV file that was imported with
    /// all its bytes. Only imports that write checksums into documents always keep them.
    private func hasLostEnvelope(_ source: SourceAttributes, dataByteCount: UInt64) throws -> Bool {
        guard source.container == "wav", let byteCount = source.byteCount, byteCount > dataByteCount,
            byteCount - dataByteCount <= 2 * WaveSource.envelopeByteCountLimit,
            try DocumentChecksum.verdict(on: node.path, in: store) == .right
        else { return false }
        let names = try ZarrGroup.open(store, path: node.path).children()
        return !names.contains(HierarchyNames.codedSourceHead) && !names.contains(HierarchyNames.damagedSource)
    }
}
