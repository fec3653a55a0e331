import Foundation
import TestSupport

/// Damaged files of sound, many in one import.
///
/// Whatever was damaged: the import and a check of what was imported end by themselves, the check finds no fault, nothing is left of
/// what could not be imported, and sound that is not that of the whole file comes with a note, or is what ffmpeg gives of the damaged one.
struct SourceTrial: Trial {
    let templates: SourceTemplates
    /// The sound of the whole files, as an import keeps it, by their names.
    private let sounds: [String: [UInt8]]
    let batchSize = 60

    init(templates: SourceTemplates) throws {
        self.templates = templates
        sounds = try TestFiles.withTemporaryDirectory { folder in
            let sources = folder.appending(path: "sources")
            for template in templates.all {
                try Self.write(template.bytes, template.name, to: sources.appending(path: template.name))
            }
            let (_, lines, copies) = try Self.imported(sources, in: folder)
            let failed = lines.filter { $0.status == "failed" }
            guard failed.isEmpty else { throw Crash(problem: "whole files are not imported: \(failed)") }
            return try templates.all.reduce(into: [:]) {
                $0[$1.name] = try Self.file(in: copies.appending(path: $1.name))
            }
        }
    }

    /// A line of `import --json`.
    private struct Line: Decodable {
        let status: String
        let source: String
        var problem: String?
        var notes: [String]?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var byte_exact: Bool?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var source_kept: Bool?
    }

    private struct CheckReport: Decodable {
        struct Finding: Decodable {
            let kind: String
            let path: String
            let problem: String
        }

        let findings: [Finding]
    }

    private struct Mutant {
        let number: Int
        let template: SourceTemplates.Template
        let bytes: [UInt8]
        let text: String
    }

    func description(of number: Int, seed: UInt64) -> String {
        "seed \(seed), mutant \(number): \(mutant(number, seed: seed).text)"
    }

    private func mutant(_ number: Int, seed: UInt64) -> Mutant {
        var random = RepeatableRandom(seed: seed &* 1_000_003 &+ UInt64(number))
        _ = random.next()
        let template = templates.all[Int.random(in: 0..<templates.all.count, using: &random)]
        var (bytes, texts) = (template.bytes, [String]())
        for _ in 0..<(Int.random(in: 0..<6, using: &random) == 0 ? 2 : 1) {
            let kinds = SourceDamage.allCases + [.header, .header, .bytes, .bytes]
            texts.append(kinds[Int.random(in: 0..<kinds.count, using: &random)].apply(to: &bytes, by: &random))
        }
        let text = "\(template.name): \(texts.joined(separator: "; "))"
        return Mutant(number: number, template: template, bytes: bytes, text: text)
    }

    private static func write(_ bytes: [UInt8], _ name: String, to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appending(path: name))
    }

    /// The one file in `folder`; nil if there is none.
    private static func file(in folder: URL) throws -> [UInt8]? {
        let names = (try? StoreDamage.files(below: folder)) ?? []
        guard names.count == 1 else { return nil }
        return Array(try Data(contentsOf: folder.appending(path: names[0])))
    }

    /// Imports the files in `sources`, each into a group of its folder's name, and returns the store in `folder`, what the import says, and
    /// a folder with the WAV files.
    private static func imported(_ sources: URL, in folder: URL) throws -> (store: URL, lines: [Line], copies: URL) {
        let (store, copies) = (folder.appending(path: "store.zarr"), folder.appending(path: "copies"))
        let lines = try zarrwlr(["import", "--json", "--keep-tree", store.path, sources.path]).output
            .split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
        guard FileManager.default.fileExists(atPath: store.path) else { return (store, lines, copies) }
        _ = try zarrwlr(["extract", "--json", store.path, "-o", copies.path])
        return (store, lines, copies)
    }

    @discardableResult
    private static func zarrwlr(_ arguments: [String]) throws -> ProgramResult {
        let ended = try LimitedRun("zarrwlr", arguments, seconds: 60)
        if let failure = ended.failure { throw Crash(problem: failure) }
        return ended.result
    }

    func faults(of numbers: [Int], seed: UInt64, in folder: URL) throws -> [MutantFault] {
        let mutants = numbers.map { mutant($0, seed: seed) }
        let sources = folder.appending(path: "sources")
        for mutant in mutants {
            try Self.write(mutant.bytes, mutant.template.name, to: sources.appending(path: "m\(mutant.number)"))
        }
        let (store, lines, copies) = try Self.imported(sources, in: folder)
        let findings =
            FileManager.default.fileExists(atPath: store.path)
            ? try JSONDecoder().decode(
                CheckReport.self, from: Self.zarrwlr(["check", "--deep", "--json", store.path]).output
            ).findings.filter { $0.kind != "note" } : []
        return try mutants.flatMap { mutant -> [MutantFault] in
            let group = "m\(mutant.number)"
            var problems = findings.filter { $0.path == group || $0.path.hasPrefix("\(group)/") }.map {
                "a check of what was imported says: \($0.problem)"
            }
            let own = lines.filter { $0.source.contains("/\(group)/") }
            problems += own.count == 1 ? [] : ["the import says \(own.count) lines about it"]
            for line in own {
                problems += try self.problems(of: mutant, line, in: copies.appending(path: group), folder)
            }
            return problems.map {
                MutantFault(mutant: "seed \(seed), mutant \(mutant.number): \(mutant.text)", problem: $0)
            }
        }
    }

    /// What is wrong with what became of `mutant`, of which an import said `line`; `copy` is the folder of its WAV file.
    private func problems(of mutant: Mutant, _ line: Line, in copy: URL, _ folder: URL) throws -> [String] {
        let wave = try Self.file(in: copy)
        guard line.status == "imported" else {
            let text = line.problem ?? ""
            let odd = [".zarrwlr-staging", "report this", "errno", "av_", "avcodec_"].filter(text.contains)
            return (wave == nil ? [] : ["it is \(line.status), and there all the same"])
                + (odd.isEmpty ? [] : ["the import says: \(text)"])
        }
        guard let wave else { return ["it is imported, and cannot be extracted"] }
        guard line.notes?.isEmpty ?? true else { return [] }
        if line.byte_exact == true { return wave == mutant.bytes ? [] : ["the WAV file is not the source"] }
        // Of the second of two MP3 files, libavformat leaves out the header frame.
        let isJoined = mutant.template.name == "a.mp3" && mutant.bytes.count > 2 * mutant.template.bytes.count - 4_096
        if wave == sounds[mutant.template.name] || isJoined { return [] }
        return try OtherDecoder.difference(of: wave, from: mutant.bytes, named: mutant.template.name, in: folder).map {
            ["imported without a note, but \($0)"]
        } ?? []
    }
}
