import Testing

@testable import WaveFile

@Suite struct `A selection of metadata` {
    @Test(
        arguments: [
            ("all", MetadataSelection.all), ("none", .none), ("guano", [.guano, .location]),
            ("guano:bext:info", [.guano, .broadcast, .info, .location]), ("cue", [.cues, .location]),
            ("source", [.source, .location]), ("nolocation", [.guano, .broadcast, .info, .cues, .source]),
            ("all:nolocation", [.guano, .broadcast, .info, .cues, .source]),
            ("nolocation:bext", [.broadcast]), ("none:nolocation", []),
        ] as [(String, MetadataSelection)])
    func `is read by its names`(text: String, selection: MetadataSelection) {
        #expect(MetadataSelection(names: text) == selection)
    }

    @Test(arguments: ["", ":", "guano:", "Guano", "none:guano", "guano,bext", "wamd"])
    func `is not what has other names`(text: String) {
        #expect(MetadataSelection(names: text) == nil)
    }

    @Test(arguments: [
        "49.0912 5.0534", "at 49.0912, 5.0534.", "(49.0912N;5.0534E)", "49.0912 N 5.0534 E",
        "lat=49.0912 lon=-105.0534",
        "WGS84,49.0912,N,5.0534,W", "+49.0912+005.0534/", "49°05'28\"N", "N 49° 5.472",
    ])
    func `recognizes coordinates in a text`(text: String) { #expect(text.hasCoordinates) }

    @Test(arguments: [
        "",
        "Recorded at 20:26:15 03/09/2024 (UTC+1) by AudioMoth 24E144055E080032 at medium gain while battery was 4.2V and temperature was 19.3C.",
        "19.3 °C, 4.25 V", "48000 Hz, 16 bits", "1.10.1", "from 12.345 to 13.5 s", "30 °F", "20240531_223911",
    ])
    func `takes other numbers in a text for no coordinates`(text: String) { #expect(!text.hasCoordinates) }
}
