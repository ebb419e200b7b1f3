package org.kgcoop.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that the published code knows, by what becomes of them here. */
final class ReferenceKeys {
  private ReferenceKeys() {}

  /** Keys whose values an option takes as they are. */
  static final Map<String, String> PLAIN = plain();

  /** Keys that {@link ReferenceConfig} reads one by one. */
  static final List<String> READ =
      words(
          """
          OPTIM.LR_SCHEDULER OPTIM.STEPSIZE OPTIM.WARMUP_EPOCH OPTIM.WARMUP_TYPE
          OPTIM.WARMUP_CONS_LR OPTIM.WARMUP_MIN_LR OPTIM.WARMUP_RECOUNT
          INPUT.TRANSFORMS INPUT.RRCROP_SCALE INPUT.CUTOUT_N INPUT.CUTOUT_LEN
          INPUT.RANDAUGMENT_N INPUT.RANDAUGMENT_M INPUT.COLORJITTER_B INPUT.COLORJITTER_C
          INPUT.COLORJITTER_S INPUT.COLORJITTER_H INPUT.GB_K INPUT.GB_P
          DATALOADER.TRAIN_X.SAMPLER DATALOADER.TRAIN_X.N_INS
          TRAIN.CHECKPOINT_FREQ TEST.FINAL_MODEL TRAINER.NAME
          TRAINER.COOP.N_CTX TRAINER.COOP.CTX_INIT TRAINER.COOP.CSC
          TRAINER.COOP.CLASS_TOKEN_POSITION TRAINER.COOP.W
          TRAINER.COCOOP.N_CTX TRAINER.COCOOP.CTX_INIT
          LOSS.NAME LOSS.T LOSS.LAMBDA""");

  /**
   * Keys without a meaning here: the weights say size, interpolation and normalisation; precision,
   * device and workers have options of their own; the rest belongs to domain adaptation and
   * semi-supervised learning, or to how logs look.
   */
  static final List<String> WITHOUT_MEANING =
      words(
          """
          VERSION RESUME USE_CUDA VERBOSE INPUT.SIZE INPUT.INTERPOLATION INPUT.PIXEL_MEAN
          INPUT.PIXEL_STD INPUT.NO_TRANSFORM INPUT.GN_MEAN INPUT.GN_STD
          DATASET.SOURCE_DOMAINS DATASET.TARGET_DOMAINS DATASET.NUM_LABELED DATASET.VAL_PERCENT
          DATASET.STL10_FOLD DATASET.CIFAR_C_TYPE DATASET.CIFAR_C_LEVEL
          DATASET.ALL_AS_UNLABELED DATALOADER.NUM_WORKERS DATALOADER.K_TRANSFORMS
          DATALOADER.RETURN_IMG0 DATALOADER.TRAIN_X.N_DOMAIN DATALOADER.TRAIN_U.SAME_AS_X
          DATALOADER.TRAIN_U.SAMPLER DATALOADER.TRAIN_U.BATCH_SIZE DATALOADER.TRAIN_U.N_DOMAIN
          DATALOADER.TRAIN_U.N_INS DATALOADER.TEST.SAMPLER DATALOADER.TEST.BATCH_SIZE
          MODEL.INIT_WEIGHTS MODEL.BACKBONE.PRETRAINED MODEL.HEAD.NAME
          MODEL.HEAD.HIDDEN_LAYERS MODEL.HEAD.ACTIVATION MODEL.HEAD.BN MODEL.HEAD.DROPOUT
          OPTIM.SGD_DAMPNING OPTIM.SGD_NESTEROV OPTIM.STAGED_LR OPTIM.NEW_LAYERS
          OPTIM.BASE_LR_MULT TRAIN.PRINT_FREQ TRAIN.COUNT_ITER TEST.EVALUATOR
          TEST.PER_CLASS_RESULT TEST.COMPUTE_CMAT TEST.NO_TEST TEST.SPLIT LOSS.GM LOSS.ALPHA
          TRAINER.COOP.PREC TRAINER.COCOOP.PREC""");

  private static Map<String, String> plain() {
    Map<String, String> plain = new LinkedHashMap<>();
    plain.put("OPTIM.NAME", "optimizer");
    plain.put("OPTIM.LR", "lr");
    plain.put("OPTIM.WEIGHT_DECAY", "weight-decay");
    plain.put("OPTIM.MOMENTUM", "momentum");
    plain.put("OPTIM.RMSPROP_ALPHA", "alpha");
    plain.put("OPTIM.ADAM_BETA1", "beta1");
    plain.put("OPTIM.ADAM_BETA2", "beta2");
    plain.put("OPTIM.GAMMA", "gamma");
    plain.put("OPTIM.MAX_EPOCH", "epochs");
    plain.put("DATALOADER.TRAIN_X.BATCH_SIZE", "batch-size");
    plain.put("INPUT.CROP_PADDING", "crop-padding");
    plain.put("INPUT.RGS_P", "randomgrayscale");
    plain.put("MODEL.BACKBONE.NAME", "clip");
    plain.put("DATASET.NAME", "data");
    plain.put("DATASET.ROOT", "root");
    plain.put("DATASET.NUM_SHOTS", "shots");
    plain.put("DATASET.SUBSAMPLE_CLASSES", "classes");
    plain.put("SEED", "seed");
    plain.put("OUTPUT_DIR", "out");
    return plain;
  }

  /** All of them, for suggestions. */
  static List<String> all() {
    List<String> all = new ArrayList<>(PLAIN.keySet());
    all.addAll(READ);
    all.addAll(WITHOUT_MEANING);
    return all;
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }
}
