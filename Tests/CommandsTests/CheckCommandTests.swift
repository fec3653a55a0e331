import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr check` {
    @Test func `check prints faults and ends with 1, and with --repair repairs them and ends with 0`() throws {
        try SmallStore.with { store in
            let check = Zarrwlr.run("check", store.path)
            #expect(check.status == 1 && check.errors.isEmpty)
            #expect(check.text.contains("fault: /pond/0: flac_index is missing (--repair puts it right)\n"))
            #expect(check.text.contains("note: /pond/1: opus_sync is missing"))
            #expect(check.text.contains("2 recordings") && check.text.contains("1 fault, 1 note, 2 can be repaired"))

            let repair = Zarrwlr.run("check", store.path, "--repair")
            #expect(repair.status == 0)
            #expect(repair.text.contains("repaired: /pond/0: flac_index is missing\n"))
            let again = Zarrwlr.run("check", store.path, "--deep")
            #expect(again.status == 0)
            #expect(again.text.hasSuffix("checked, no faults\n") && again.text.split(separator: "\n").count == 1)
        }
    }

    @Test func `check ends with 1 if a fault remains`() throws {
        try SmallStore.with(broken: true) { store in
            let run = Zarrwlr.run("check", store.path, "--repair")
            #expect(run.status == 1)
            #expect(run.text.contains("fault: /pond/2: its FLAC stream cannot be read"))
        }
    }

    @Test func `check ends with 2 if something could not be checked`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("check", store.path, "--repair").status == 0)
            let document = URL(filePath: "\(store.path)/pond/1/audio_data_blob_array/zarr.json")
            let text = try String(contentsOf: document, encoding: .utf8)
            try Data(text.replacing("\"bytes\"", with: "\"strange\"").utf8).write(to: document)
            let run = Zarrwlr.run("check", store.path)
            #expect(run.status == 2)
            #expect(run.text.contains("unchecked: /pond/1:") && run.text.contains("1 could not be checked"))
        }
    }

    @Test func `check prints the same findings as JSON`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("check", store.path, "--json")
            #expect(run.status == 1)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
            let findings = try #require(json["findings"] as? [[String: Any]])
            #expect(findings.first?["kind"] as? String == "fault")
            #expect(findings.first?["path"] as? String == "pond/0")
            #expect(findings.first?["repair"] as? String == "possible")
            #expect((json["summary"] as? [String: Any])?["faults"] as? Int == 1)
        }
    }
}
