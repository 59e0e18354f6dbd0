using System.Threading.Channels;
using Akka.Actor;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>Stands in for RunsActor: keeps what it was told, in order, and answers as the test says. Null: no answer.</summary>
public sealed class FakeRuns : UntypedActor
{
    private readonly Func<object, object?> _answer;
    private readonly ChannelWriter<object> _told;

    public FakeRuns(Func<object, object?> answer, ChannelWriter<object> told) => (_answer, _told) = (answer, told);

    protected override void OnReceive(object message)
    {
        _told.TryWrite(message);
        if (_answer(message) is { } answer) Sender.Tell(answer);
    }
}
