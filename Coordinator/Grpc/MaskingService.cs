using System.Threading.Channels;
using Federated.Coordinator.Actors;
using Federated.V1;
using Federated.Wire.Mapping;
using Grpc.Core;

namespace Federated.Coordinator.Grpc;

/// <summary>The streams of secure aggregation: one for each client of a masked round that has trained. Checks form, asks RunsActor, and passes steps and answers on; what they mean, only the round knows.</summary>
internal sealed class MaskingService(RunsGate gate, TransferLimits limits, TimeProvider time, IHostApplicationLifetime lifetime) : Masking.MaskingBase
{
    // Four steps, some of them twice after a stream was opened again.
    private const int MostAnswers = 16;

    public override async Task Join(IAsyncStreamReader<MaskingAnswer> requestStream, IServerStreamWriter<MaskingStep> responseStream, ServerCallContext context)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var (first, advertisement, refused) = await FirstAsync(requestStream, ends.Token);
        if (refused is not null)
        {
            await responseStream.WriteAsync(new MaskingStep { Over = refused }, ends.Token);
            return;
        }
        var runs = await gate.OpenAsync(ends.Token);
        // The round writes at most a few steps, whatever the peer does.
        var steps = Channel.CreateUnbounded<MaskingStep>(new UnboundedChannelOptions { SingleReader = true });
        try
        {
            var answer = await runs.AskAsync<object>(new JoinMasking(first!.Id, first.Ticket, advertisement!, steps.Writer), ends.Token);
            if (answer is RefusedOffer offer)
            {
                await responseStream.WriteAsync(new MaskingStep { Over = offer.ToVerdict() }, ends.Token);
                return;
            }
            runs.Tell(new BytesMoved(first.Id.Run, Down: 0, Up: first.CalculateSize()));
            var reading = ReadAsync(requestStream, first.Id, steps.Writer, runs, ends.Token);
            await foreach (var step in steps.Reader.ReadAllAsync(ends.Token))
            {
                await responseStream.WriteAsync(step, ends.Token);
                runs.Tell(new BytesMoved(first.Id.Run, Down: step.CalculateSize(), Up: 0));
            }
            await ends.CancelAsync();
            await reading;
        }
        finally
        {
            steps.Writer.TryComplete();
            runs.Tell(new MaskingLeft(first!.Id, steps.Writer));
        }
    }

    private async Task<(MaskingAdvertisement? First, Core.Privacy.SecureAggregation.Advertisement? Advertisement, Verdict? Refused)> FirstAsync(IAsyncStreamReader<MaskingAnswer> stream, CancellationToken cancellation)
    {
        using var guard = new IdleGuard<MaskingAnswer>(stream, limits.UploadIdle, time, cancellation);
        var first = await guard.MoveNext(guard.Token) ? guard.Current.Advertisement : null;
        return MaskingMapping.Read(first, out var advertisement) is { } wrong ? (null, null, wrong.ToVerdict()) : (first, advertisement, null);
    }

    // Ends the stream when the peer has ended its half of it or says too much.
    private static async Task ReadAsync(IAsyncStreamReader<MaskingAnswer> stream, TaskId id, ChannelWriter<MaskingStep> steps, RunsLink runs, CancellationToken cancellation)
    {
        Exception? end = null;
        try
        {
            for (var answers = 1; await stream.MoveNext(cancellation); answers++)
            {
                if (answers > MostAnswers)
                {
                    steps.TryWrite(new MaskingStep { Over = new() { Refused = Refusal.Malformed, Detail = $"A stream has at most {MostAnswers} answers; open another one." } });
                    break;
                }
                runs.Tell(new BytesMoved(id.Run, Down: 0, Up: stream.Current.CalculateSize()));
                runs.Tell(new MaskingAnswered(id, stream.Current, steps));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException)
        {
            // The peer has gone; whoever writes to it ends as well.
            end = new RpcException(new Status(StatusCode.Cancelled, "The client ended the call."));
        }
        finally
        {
            steps.TryComplete(end);
        }
    }
}
