using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Simulating;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Worker.Tasks;

namespace Federated.Worker.SecureAggregation;

/// <summary>A client's answers to the steps of one attempt, with one set of keys. Computes on the calling thread; one caller at a time. <see cref="Dispose"/> zeroes the keys.</summary>
internal sealed class MaskingSession : IDisposable
{
    private readonly MaskedUpdate _update;
    private readonly MaskingClient _client;
    private readonly ISecureRandom _random;
    private readonly string _name;
    private readonly DropOutMoment? _leaves;
    private int _index;
    private MaskedResult? _vector;
    private SessionAnswer? _gaveUp;

    /// <param name="update">What is masked.</param>
    /// <param name="id">The train task.</param>
    /// <param name="identities">Keys of identities, where the job asks for them.</param>
    /// <param name="random">Of keys, shares and roundings.</param>
    /// <param name="leaves">When the client drops out, in a simulation; null where it stays.</param>
    public MaskingSession(MaskedUpdate update, TaskId id, MaskingIdentities identities, ISecureRandom random, DropOutMoment? leaves = null)
    {
        (_update, _random, _name, _leaves) = (update, random, id.Client, leaves);
        _client = new(new(id.Run, (int)id.Round, (int)id.Attempt), id.Client, update.Rules, update.Layout, random, identities.Own.GetValueOrDefault(id.Client), identities.Peers);
    }

    /// <summary>The keys of the client.</summary>
    public Advertisement Advertise() => _client.Advertise();

    /// <summary>What the client answers to a step: a message for the stream, a masked vector to be uploaded, or that it gives up, and why.</summary>
    /// <param name="step">Not the last.</param>
    /// <param name="cancellation">Gives up.</param>
    public SessionAnswer Answer(MaskingStep step, CancellationToken cancellation)
    {
        var answer = AnswerTo(step, cancellation);
        // Asked again after a refusal it would only say that it is gone; why it went may never have reached the coordinator.
        return answer.Refusal.Length > 0 ? _gaveUp ??= answer : answer;
    }

    public void Dispose() => _client.Dispose();

    private SessionAnswer AnswerTo(MaskingStep step, CancellationToken cancellation) => step.StepCase switch
    {
        MaskingStep.StepOneofCase.Mask when _leaves == DropOutMoment.Shared => SessionAnswer.Quit(DropOuts.Reason),
        MaskingStep.StepOneofCase.Confirm or MaskingStep.StepOneofCase.Unmask when _leaves == DropOutMoment.Masked => SessionAnswer.Quit(DropOuts.Reason),
        MaskingStep.StepOneofCase.Share => MaskingMapping.Read(step.Share, out var share) is { } wrong ? SessionAnswer.Quit(wrong) : Share(share!),
        MaskingStep.StepOneofCase.Mask => MaskingMapping.Read(step.Mask, _index, out var mask) is { } wrong ? SessionAnswer.Quit(wrong) : Mask(mask!, cancellation),
        MaskingStep.StepOneofCase.Confirm => MaskingMapping.Read(step.Confirm, out var confirm) is { } wrong ? SessionAnswer.Quit(wrong) : Send(_client.Confirm(confirm!), answer => answer.ToProto()),
        MaskingStep.StepOneofCase.Unmask => MaskingMapping.Read(step.Unmask, out var unmask) is { } wrong ? SessionAnswer.Quit(wrong) : Send(_client.Unmask(unmask!), answer => answer.ToProto()),
        _ => SessionAnswer.Quit("The coordinator asked for something that this version does not know."),
    };

    private SessionAnswer Share(ShareRequest request)
    {
        // More clients than the ring has room for would run over.
        if (request.Shape.Clients > _update.Cohort) return SessionAnswer.Quit($"{request.Shape.Clients} clients mask together, and the task spoke of at most {_update.Cohort}.");
        _index = request.Index;
        return Send(_client.Share(request), answer => answer.ToProto());
    }

    private SessionAnswer Mask(MaskRequest request, CancellationToken cancellation)
    {
        if (_client.Take(request) is { } refused) return SessionAnswer.Quit(refused.Detail);
        try
        {
            // Two encodings under one mask would tell their difference.
            return new(null, _vector ??= _update.Mask(_client, _random, cancellation), "");
        }
        catch (ArgumentException e)
        {
            return SessionAnswer.Quit($"The update of client '{_name}' cannot be masked: {e.Message}");
        }
    }

    private static SessionAnswer Send<T>(MaskingResult<T> result, Func<T, MaskingAnswer> send) where T : class =>
        result.Value is { } value ? new(send(value), null, "") : SessionAnswer.Quit(result.Detail);
}

/// <summary>What a client answers.</summary>
/// <param name="Message">For the stream; null without.</param>
/// <param name="Vector">To be uploaded; null without.</param>
/// <param name="Refusal">Why the client gives up, then both others are null; else "".</param>
internal sealed record SessionAnswer(MaskingAnswer? Message, MaskedResult? Vector, string Refusal)
{
    /// <summary>The client gives up.</summary>
    public static SessionAnswer Quit(string why) => new(null, null, why);
}
