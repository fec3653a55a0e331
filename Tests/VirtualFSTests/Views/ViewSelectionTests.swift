import Testing

@testable import VirtualFS

struct ViewSelectionTests {
    private func names(_ list: String) throws -> [String] {
        let selection = try ViewSelection(list)
        return View.all.filter { selection.contains($0) }.map(\.name)
    }

    private var usual: [String] { View.all.filter(\.isUsual).map(\.name) }

    @Test func `views that are named are added to those that are usual`() throws {
        #expect(View.all.filter { ViewSelection.usual.contains($0) }.map(\.name) == usual)
        #expect(Set(try names("by-date:parts")) == Set(usual + ["by-date", "parts"]))
        #expect(try ViewSelection("clips") == .usual)
    }

    @Test func `usual views add no directory`() {
        #expect(View.all.filter(\.isUsual).allSatisfy { $0.directory == nil })
    }

    @Test func `all names every view, and none drops those that are named before it`() throws {
        #expect(try names("all") == View.all.map(\.name))
        #expect(try names("none") == [])
        #expect(try names("all:none:x10") == ["x10"])
        #expect(try names("x10:none:clips") == ["clips"])
    }

    @Test(arguments: ["nights", "", "x10:", ":x10", "X10", "x10:x20", "by-date parts"])
    func `a name that no view has is refused with those that there are`(list: String) {
        #expect {
            _ = try ViewSelection(list)
        } throws: { error in
            let text = "\(error)"
            return text.hasPrefix("there is no view '") && View.all.allSatisfy { text.contains($0.name) }
        }
    }
}
