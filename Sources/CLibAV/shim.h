#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/tx.h>
#include <libswresample/swresample.h>

// Swift does not import macros that contain casts or calls.
static const int zwl_AVERROR_EOF = AVERROR_EOF;
static const int64_t zwl_AV_NOPTS_VALUE = AV_NOPTS_VALUE;
