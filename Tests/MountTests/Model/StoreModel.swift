import Foundation
import TestSupport
import Testing

/// A store that random commands change, and what it then has, as the documentation says.
struct StoreModel {
    /// A recording of the store.
    struct Recording: Sendable {
        var group: String
        var number: Int
        /// The name of its source.
        var name: String
        /// The time of its file in a mount, in seconds since 1970; nil if nothing is said of it.
        var time: Int?
        /// Whether the store knows its source, by its SHA-256.
        var hasSource = true
        let sound: ModelSound

        /// Its path in the store.
        var place: String { group.isEmpty ? "\(number)" : "\(group)/\(number)" }
        fileprivate var stem: String { String(name.prefix { $0 != "." }) }
    }

    /// The folder of the store.
    let store: URL
    private let scratch: URL
    private let sounds: [ModelSound]
    private(set) var groups: Set<String> = ["", "field"]
    private(set) var recordings: [Recording] = []
    private var nameCount = 0

    /// The groups that recordings are imported and moved into.
    private static let targets = ["", "pond", "pond/mono", "lake"]

    /// A store in `directory`, with recordings in small chunks that `zarrwlr` has not written. Other files of its own are in that directory,
    /// too.
    init(in directory: URL) throws {
        store = directory.appending(path: "store.zarr")
        scratch = directory.appending(path: "scratch")
        sounds = try ModelSound.all(in: directory.appending(path: "sounds"))
        let written = try TestStore(at: store, attributes: TestStore.audioGroup)
        try written.addGroup("field", attributes: TestStore.audioGroup)
        for (number, sound) in sounds.filter({ $0.options.isEmpty }).enumerated() {
            let recording = Recording(
                group: "field", number: number, name: "field\(number).\(sound.source.pathExtension)", hasSource: false,
                sound: sound)
            try written.addRecording(
                recording.place, codec: sound.codec, blob: Array(Data(contentsOf: sound.source)),
                fileName: recording.name, chunks: [4_099 * (number % 3 + 1)])
            recordings.append(recording)
        }
    }

    // MARK: - Changes

    /// A command that failed, or did not do what it was to.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Changes the store by a random command, and returns what it was. If `isMounted`, no recording is touched whose change could change the
    /// names of others, and none gets a number that another had. Calls `willChange` with the recording that is about to be changed, and with
    /// the one that it is about to become or that is about to come.
    mutating func change(
        _ random: inout RepeatableRandom, isMounted: Bool = false, willChange: (Recording) -> Void = { _ in }
    ) throws -> String {
        let candidates = recordings.indices.filter { index in
            let one = recordings[index]
            let others = recordings.filter { $0.group == one.group }
            return !isMounted
                || others.contains { $0.number > one.number }
                    && others.count { $0.stem == one.stem } == 1
        }
        let kind = Int.random(in: 0..<10, using: &random)
        guard kind > 3, let index = candidates.randomElement(using: &random) else {
            return try importSound(&random, isMounted: isMounted, willChange)
        }
        willChange(recordings[index])
        return switch kind {
        case 4...5: try remove(index)
        case 6...7: try move(index, to: Self.targets.randomElement(using: &random) ?? "", willChange)
        case 8: try setName(index, makeName(recordings[index].sound, isUnique: isMounted, &random))
        default: try setStart(index, Int.random(in: 1_500_000_000...1_700_000_000, using: &random))
        }
    }

    private mutating func importSound(
        _ random: inout RepeatableRandom, isMounted: Bool, _ willChange: (Recording) -> Void
    ) throws -> String {
        let group = Self.targets.randomElement(using: &random) ?? ""
        let sound = sounds.randomElement(using: &random) ?? sounds[0]
        let old = known(sound, in: group)
        var recording = Recording(
            group: group, number: nextNumber(in: group),
            name: makeName(sound, isUnique: isMounted, &random),
            time: Int.random(in: 1_500_000_000...1_700_000_000, using: &random), sound: sound)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let file = scratch.appending(path: recording.name)
        try Data(contentsOf: sound.source).write(to: file)
        let time = Date(timeIntervalSince1970: Double(recording.time ?? 0))
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
        let address = group.isEmpty ? store.path : "\(store.path)::\(group)"
        willChange(recording)
        let output = try zarrwlr(["import", address, file.path] + sound.options)
        guard output.contains(old.map { "/\($0.place)" } ?? " -> /\(recording.place)  ") else {
            throw Fault(description: "import of \(recording.place): \(output)")
        }
        addGroup(group)
        if old == nil {
            recording.group = group
            recordings.append(recording)
        }
        return "import \(recording.name) as /\(recording.place)"
    }

    private mutating func remove(_ index: Int) throws -> String {
        let recording = recordings.remove(at: index)
        _ = try zarrwlr(["remove", store.path, recording.place])
        return "remove /\(recording.place)"
    }

    private mutating func move(
        _ index: Int, to group: String, _ willChange: (Recording) -> Void
    ) throws -> String {
        let recording = recordings[index]
        let isRefused =
            recording.group == group || recording.hasSource && known(recording.sound, in: group) != nil
        var moved = recording
        (moved.group, moved.number) = (group, nextNumber(in: group))
        willChange(moved)
        let output = try zarrwlr(
            ["move", store.path, recording.place, group.isEmpty ? "/" : group], fails: isRefused)
        // A group may be made although nothing is moved into it then.
        if recording.group != group { addGroup(group) }
        guard !isRefused else { return "move /\(recording.place) to /\(group), which is refused" }
        guard output.contains("/\(recording.place) -> /\(moved.place)") else {
            throw Fault(description: "move of \(recording.place): \(output)")
        }
        recordings[index] = moved
        return "move /\(recording.place) to /\(moved.place)"
    }

    private mutating func setName(_ index: Int, _ name: String) throws -> String {
        _ = try zarrwlr(["set", store.path, recordings[index].place, "name=\(name)"])
        recordings[index].name = name
        return "set /\(recordings[index].place) name=\(name)"
    }

    private mutating func setStart(_ index: Int, _ time: Int) throws -> String {
        let text = Date(timeIntervalSince1970: Double(time)).formatted(.iso8601)
        _ = try zarrwlr(["set", store.path, recordings[index].place, "start=\(text)", "site=south"])
        recordings[index].time = time
        return "set /\(recordings[index].place) start=\(text)"
    }

    private mutating func addGroup(_ group: String) {
        let names = group.split(separator: "/")
        for count in 0...names.count { groups.insert(names.prefix(count).joined(separator: "/")) }
    }

    private func known(_ sound: ModelSound, in group: String) -> Recording? {
        recordings.first { $0.group == group && $0.sound.source == sound.source && $0.hasSource }
    }

    private func nextNumber(in group: String) -> Int {
        recordings.filter { $0.group == group }.map { $0.number + 1 }.max() ?? 0
    }

    private mutating func makeName(
        _ sound: ModelSound, isUnique: Bool, _ random: inout RepeatableRandom
    ) -> String {
        nameCount += 1
        let stem = ["alpha", "beta", "gamma"].randomElement(using: &random) ?? ""
        return (isUnique ? "name\(nameCount)" : stem) + ".\(sound.source.pathExtension)"
    }

    /// Runs `zarrwlr` with `arguments`, and returns its output.
    private func zarrwlr(_ arguments: [String], fails: Bool = false) throws -> String {
        let result = try run(Mounts.Imports.program, arguments)
        guard (result.status != 0) == fails else {
            let words = arguments.joined(separator: " ")
            throw Fault(description: "\(words): \(result.status): \(result.text)\(result.errors)")
        }
        return result.text + result.errors
    }

    /// Throws if `zarrwlr check` finds a fault of what it has written itself.
    func check() throws {
        struct Report: Decodable {
            struct Finding: Decodable {
                let path: String
                let kind: String
                let problem: String
            }

            let findings: [Finding]
        }
        let result = try run(Mounts.Imports.program, ["check", "--json", store.path])
        let report = try JSONDecoder().decode(Report.self, from: result.output)
        // Those that others have written have no index.
        let foreign = Set(recordings.filter { !$0.hasSource }.map(\.place))
        let faults = report.findings.filter { $0.kind == "fault" && !foreign.contains($0.path) }
            .map { "/\($0.path): \($0.problem)" }
        guard faults.isEmpty, result.status == (foreign.isEmpty ? 0 : 1) else {
            throw Fault(description: "check: \(result.status): \(faults)")
        }
    }

    // MARK: - What a mount shows

    /// The WAV files that a mount shows, by their paths.
    var files: [String: Recording] {
        var files: [String: Recording] = [:]
        for recording in recordings.sorted(by: { $0.number < $1.number }) {
            let folder = recording.group.isEmpty ? "" : "\(recording.group)/"
            let path = "\(folder)\(recording.stem).wav"
            files[files[path] == nil ? path : "\(folder)\(recording.stem)~\(recording.number).wav"] = recording
        }
        return files
    }

    /// Makes the folder `folder` what a mount shows, but for the times.
    func write(to folder: URL) throws {
        try? FileManager.default.removeItem(at: folder)
        for group in groups.sorted() {
            try FileManager.default.createDirectory(
                at: folder.appending(path: group), withIntermediateDirectories: true)
        }
        for (path, recording) in files {
            try FileManager.default.linkItem(at: recording.sound.wave, to: folder.appending(path: path))
        }
    }
}
