"""What makes each asset again: `BUILDERS` from packages; `TRAINED`, `ENCODERS` and `SEGMENTERS` by training."""

from assets.builders.avatars import AVATARS
from assets.builders.avatars_ada import AVATARS_ADA
from assets.builders.builder import Builder
from assets.builders.digits import DIGITS
from assets.builders.encoders import FACES_ENCODER, TrainedEncoder
from assets.builders.faces_dcgan import FACES_DCGAN
from assets.builders.faces_grown import FACES, FACES_PROGAN, FACES_STYLEGAN
from assets.builders.faces_seg import FACES_SEG
from assets.builders.lpips import LPIPS
from assets.builders.models import AVATARS_DCGAN, DIGITS_GAN
from assets.builders.mtcnn import MTCNN
from assets.builders.painter import FACE_PAINTER
from assets.builders.real_esrgan import REAL_ESRGAN
from assets.builders.samples import SAMPLES
from assets.builders.segmenter import FACES_SEGMENTER, TrainedSegmenter
from assets.builders.trained import TrainedModel

BUILDERS: dict[str, Builder] = {
    builder.name: builder for builder in (FACES_DCGAN, *LPIPS, MTCNN, REAL_ESRGAN, SAMPLES, AVATARS, DIGITS, FACES_SEG)
}
TRAINED: dict[str, TrainedModel] = {
    model.name: model
    for model in (DIGITS_GAN, AVATARS_DCGAN, FACES_PROGAN, FACES_STYLEGAN, FACES, FACE_PAINTER, AVATARS_ADA)
}
SEGMENTERS: dict[str, TrainedSegmenter] = {segmenter.name: segmenter for segmenter in (FACES_SEGMENTER,)}
ENCODERS: dict[str, TrainedEncoder] = {encoder.name: encoder for encoder in (FACES_ENCODER,)}
