#pragma once
#include <opus.h>
#include <opus_multistream.h>

// Swift imports neither variadic functions, such as opus_multistream_decoder_ctl, nor macros with arguments, such as OPUS_SET_GAIN.
static inline int zwl_opus_multistream_decoder_set_gain(OpusMSDecoder *decoder, opus_int32 gain) {
    return opus_multistream_decoder_ctl(decoder, OPUS_SET_GAIN(gain));
}

static inline int zwl_opus_decoder_set_gain(OpusDecoder *decoder, opus_int32 gain) {
    return opus_decoder_ctl(decoder, OPUS_SET_GAIN(gain));
}

// For the same reason, the settings of an encoder, and its look-ahead.
static inline int zwl_opus_multistream_encoder_set_bitrate(OpusMSEncoder *encoder, opus_int32 bitrate) {
    return opus_multistream_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate));
}
static inline int zwl_opus_multistream_encoder_set_unconstrained_vbr(OpusMSEncoder *encoder) {
    int code = opus_multistream_encoder_ctl(encoder, OPUS_SET_VBR(1));
    return code == OPUS_OK ? opus_multistream_encoder_ctl(encoder, OPUS_SET_VBR_CONSTRAINT(0)) : code;
}
static inline int zwl_opus_multistream_encoder_set_complexity(OpusMSEncoder *encoder, opus_int32 complexity) {
    return opus_multistream_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}
static inline int zwl_opus_multistream_encoder_get_lookahead(OpusMSEncoder *encoder, opus_int32 *lookahead) {
    return opus_multistream_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(lookahead));
}
