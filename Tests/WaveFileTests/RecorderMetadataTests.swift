import Testing

@testable import WaveFile

@Suite struct `A recorder's metadata` {
    @Test(arguments: [
        ("49.093119 5.047867", 49.093119, 5.047867), ("-35.2809,149.13", -35.2809, 149.13),
        (" 49.09 ,\t5.05 ", 49.09, 5.05), ("WGS84,49.09,N,5.05,W,310", 49.09, -5.05),
        ("WGS84, 32.1, S, 86.1, E", -32.1, 86.1), ("WGS84,-49.09,-5.05", -49.09, -5.05),
        ("WGS 84,49.09,5.05,12.5", 49.09, 5.05), ("90 -180", 90, -180), ("49.09 N 5.05 w", 49.09, -5.05),
    ])
    func `a position is read in the forms of GUANO and wamd`(text: String, latitude: Double, longitude: Double) {
        #expect(GeographicPosition(text) == GeographicPosition(latitude: latitude, longitude: longitude))
        #expect(GeographicPosition(text)?.latitude == latitude)
    }

    @Test(arguments: [
        "", "49.09", "90.1 0", "0 -180.5", "nan nan", "inf 0", "0x10 0x10", "1e1 1e1", "49,09 5,05", "49,09,5,05",
        "NAD27,49.09,N,5.05,W", "WGS84,-49.09,S,5.05,E", "49.09 W 5.05 N", "north east", ",,", "WGS84",
    ])
    func `a text of another form, or of no place on the earth, is no position`(text: String) {
        #expect(GeographicPosition(text) == nil)
    }

    @Test func `each fact is taken from GUANO before wamd, and from wamd before a comment`() {
        let comment = "Recorded at 20:26:15 03/09/2024 (UTC+1) by AudioMoth 24E144055E080032 at medium gain"
        let recorder = RecorderMetadata(
            guano: ["Make": " Wildlife Acoustics ", "Model": "", "Loc Position": "100 200"],
            wamd: ["model": "SM4BAT-FS", "gpsfirst": "WGS84,49.09,N,5.05,E"], comments: ["nothing", comment])
        #expect(recorder.make == "Wildlife Acoustics")
        #expect(recorder.model == "SM4BAT-FS")
        #expect(recorder.serial == "24E144055E080032")
        #expect(recorder.position == GeographicPosition(latitude: 49.09, longitude: 5.05))
    }

    @Test func `a comment names an AudioMoth and its serial number, but not its manufacturer`() {
        let recorder = RecorderMetadata(comments: ["AudioMoth 24E144055E080032"])
        #expect(recorder.model == "AudioMoth")
        #expect(recorder.serial == "24E144055E080032")
        #expect(recorder.make == nil)
    }

    @Test(arguments: [
        "AudioMoth", "AudioMoth 24E1", "AudioMoth 24E144055E0800321", "AudioMoth 24E144055E08003Z", "AudioMoth ", "",
    ])
    func `a comment without a serial number of 16 digits names no AudioMoth`(comment: String) {
        #expect(RecorderMetadata(comments: [comment]) == RecorderMetadata())
    }

    @Test func `a text of more than 255 bytes is no name of a recorder`() {
        let recorder = RecorderMetadata(guano: ["Make": String(repeating: "x", count: 256), "Model": "é"])
        #expect(recorder.make == nil)
        #expect(recorder.model == "é")
    }
}
