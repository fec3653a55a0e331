import Testing

@testable import S3

/// Files of the AWS tools, as people and programs write them.
struct AWSSectionsTests {
    private static let plain = ["default": ["region": "r", "output": "json"]]

    @Test(arguments: [
        "[default]\nregion = r\noutput=json\n", "\u{FEFF}[default]\nregion=r\noutput=json",
        "[default]\r\nregion = r\r\n\r\noutput = json\r\n", "\n[ default ]\n\tregion = r\n\toutput = json\n",
        "  [default]\n  region = r\n\n  output = json", "[default] # mine\nREGION: r\nOutput : json",
        "# c\n[default]\n; c\nregion = r # Ireland\noutput = json\t; c",
        "[default]\nregion = r\n[default]\noutput = json",
        "region = x\n[default]\nregion = x\nregion = r\ncli_pager =\nnonsense\noutput = json\n  and = more\n",
    ])
    func `sections have the same settings, however they are written`(text: String) {
        var sections = AWSSections.parse(text)
        sections["default"]?["output.and"] = nil
        #expect(sections == Self.plain)
    }

    @Test func `a mark within a value begins no comment`() {
        let sections = AWSSections.parse("[a]\nx = a#b;c\ny = #c\nz = a=b:c # d ; e\nw = http://h:9000/\n")
        #expect(sections == ["a": ["x": "a#b;c", "z": "a=b:c", "w": "http://h:9000/"]])
    }

    @Test(arguments: [
        "profile lab", "profile  lab", "profile\tlab ", "profile \"lab\"", " profile 'lab'",
    ])
    func `a section is found however its name is written`(name: String) {
        #expect(AWSSections.parse("[\(name)]\nx = 1") == ["profile lab": ["x": "1"]])
    }

    @Test func `names in quotation marks keep their spaces, and an empty section is one`() {
        #expect(AWSSections.parse("[profile \"my  lab\"]\n[x\n[]") == ["profile my  lab": [:], "": [:]])
    }

    @Test func `settings that lie in others are called by both names`() {
        let text = """
            [default]
            s3 =
              # for the lab
              addressing_style = path

              Max_Queue_Size = 5
            region = r
              [no = section]
            """
        #expect(
            AWSSections.parse(text)
                == [
                    "default": [
                        "s3.addressing_style": "path", "s3.max_queue_size": "5", "region": "r",
                        "region.[no": "section]",
                    ]
                ])
    }
}
