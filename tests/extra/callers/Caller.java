import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** As caller.go, with grpc-java, whose own hedging (gRFC A6) is used. */
final class Caller {
  private static final int OWN_LIMIT = 16 << 10; // bytes that the client takes of a message
  private static final long PATIENCE = 60_000_000; // microseconds

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  private final String pattern;
  private final ManagedChannel channel;
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, Integer> ends = new TreeMap<>();
  private final Semaphore places;

  private Caller(String target, String pattern, int atOnce) {
    this.pattern = pattern;
    this.places = new Semaphore(atOnce);
    ManagedChannelBuilder<?> builder =
        ManagedChannelBuilder.forTarget(target).usePlaintext().maxInboundMessageSize(OWN_LIMIT);
    if (pattern.equals("hedge3")) hedge(builder, 3, "0.010s");
    if (pattern.equals("hedge4")) hedge(builder, 4, "0.005s");
    this.channel = builder.build();
  }

  private static void hedge(ManagedChannelBuilder<?> builder, int attempts, String delay) {
    Map<String, ?> policy = Map.of("maxAttempts", (double) attempts, "hedgingDelay", delay,
        "nonFatalStatusCodes", List.of("UNAVAILABLE"));
    builder.enableRetry().defaultServiceConfig(Map.of("methodConfig",
        List.of(Map.of("name", List.of(Map.of()), "hedgingPolicy", policy))));
  }

  /** A GetUserRequest for user-1, or a ListUsersRequest with a limit of 100. */
  private static byte[] request(boolean list, int noteSize) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(list ? new byte[] {8, 100} : "\n\6user-1".getBytes());
    out.write(16);
    for (; noteSize > 127; noteSize >>= 7) out.write(noteSize & 127 | 128);
    out.write(noteSize);
    return out.toByteArray();
  }

  private void start(boolean list, int noteSize, long limit, long cancelAfter, Code right) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
            .setType(list ? MethodDescriptor.MethodType.SERVER_STREAMING
                          : MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("user.v1.UserService/" + (list ? "ListUsers" : "GetUser"))
            .build();
    ClientCall<byte[], byte[]> call = channel.newCall(
        method, CallOptions.DEFAULT.withDeadlineAfter(limit, TimeUnit.MICROSECONDS));
    call.start(new ClientCall.Listener<byte[]>() {
      private boolean taken;

      @Override
      public void onMessage(byte[] message) {
        if (!list || taken) return;
        taken = true;
        call.cancel("one is enough", null);
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        ended(taken ? Status.OK : status, right);
      }
    }, new Metadata());
    call.request(list ? 1 : 2);
    call.sendMessage(request(list, noteSize));
    call.halfClose();
    if (cancelAfter >= 0) {
      timers.schedule(() -> call.cancel("not wanted", null), cancelAfter, TimeUnit.MICROSECONDS);
    }
  }

  private synchronized void ended(Status status, Code right) {
    // Who ends a connection for abuse says RESOURCE_EXHAUSTED, too.
    boolean ownDoing = right != Code.RESOURCE_EXHAUSTED
        || String.valueOf(status.getDescription()).contains("exceeds maximum size");
    String how = status.isOk() ? "good"
        : status.getCode() == right && ownDoing ? "given up" : status.toString();
    ends.merge(how, 1, Integer::sum);
    places.release();
  }

  /** Makes the n-th call of the pattern. */
  private void call(int n) {
    boolean givenUp = n % 10 > 0;
    switch (pattern) {
      case "first" -> start(true, 1000, PATIENCE, -1, Code.OK);
      case "cancel" -> start(false, 0, PATIENCE, n % 10 < 7 ? n % 3 * 300 : -1, Code.CANCELLED);
      case "deadline" -> start(false, 0, givenUp ? 3000 : PATIENCE, -1,
          givenUp ? Code.DEADLINE_EXCEEDED : Code.OK);
      case "large" -> start(false, givenUp ? 4 * OWN_LIMIT : 0, PATIENCE, -1,
          givenUp ? Code.RESOURCE_EXHAUSTED : Code.OK);
      default -> start(false, 0, PATIENCE, -1, Code.OK);
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    int atOnce = Integer.parseInt(arguments[3]);
    Caller caller = new Caller(arguments[0], arguments[1], atOnce);
    for (int n = 0; n < Integer.parseInt(arguments[2]); ++n) {
      caller.places.acquire();
      caller.call(n);
    }
    caller.places.acquire(atOnce);
    caller.timers.shutdownNow();
    caller.channel.shutdownNow();
    System.out.println(caller.ends.entrySet().stream()
        .map(each -> "\"" + each.getKey().replace('"', '\'').replace('\n', ' ') + "\": "
            + each.getValue())
        .collect(Collectors.joining(", ", "{", "}")));
  }
}
