using Akka.Actor;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;
using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Federated.Worker.Tests.Actors;

public sealed class DeliveryActorTests : WorkerTestKit
{
    private static readonly Verdict Closed = new() { Refused = Refusal.RoundClosed, Detail = "Too late." };
    private static readonly ByteString Ticket = ByteString.CopyFromUtf8("sixteen bytes...");
    private static readonly RpcException Unavailable = new(new Status(StatusCode.Unavailable, "away"));

    [Fact]
    public void Upload_that_is_accepted_settles_the_task()
    {
        Deliver(Upload());

        var call = Network.ExpectMsg<UploadCall>();
        call.Reply.Give(Accepted);

        Assert.Equal([1f, 2f, 3f], call.Values);
        Assert.Equal(new TaskSettled(Train().Id) { Counted = true }, ExpectMsg<TaskSettled>());
    }

    [Fact]
    public void Upload_is_tried_again_with_growing_delays_until_the_coordinator_is_back()
    {
        var delivery = Deliver(Upload());

        Network.ExpectMsg<UploadCall>().Reply.Fail(Unavailable);
        Pause(delivery, 0.199, 0.001);
        Network.ExpectMsg<UploadCall>().Reply.Fail(Unavailable);
        Pause(delivery, 0.399, 0.001);
        AnswerUpload();

        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Report_is_tried_again_like_an_upload()
    {
        var delivery = Deliver(TaskResult.Failed(Train().Id, "It broke.", permanent: false));

        Network.ExpectMsg<ReportCall>().Reply.Fail(Unavailable);
        Pause(delivery, 0.199, 0.001);
        var call = Network.ExpectMsg<ReportCall>();
        call.Reply.Give(Accepted);

        Assert.Equal("It broke.", call.Report.Failure.Reason);
        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Refusal_is_final_and_warned_of_once()
    {
        var malformed = new Verdict { Refused = Refusal.Malformed, Detail = "No." };
        EventFilter.Warning(contains: "Malformed").Expect(1, () =>
        {
            var delivery = Deliver(Upload());
            AnswerUpload(malformed);
            ExpectMsg<TaskSettled>();
            delivery.Tell(new Resend(Ticket));
            AnswerUpload(malformed);
            ExpectMsg<TaskSettled>();
        });
    }

    [Fact]
    public void Refusal_because_the_node_is_not_active_is_tried_again()
    {
        var delivery = Deliver(Upload());

        AnswerUpload(new Verdict { Refused = Refusal.NotActive });
        Pause(delivery, 0.199, 0.001);
        AnswerUpload();

        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Failure_that_cannot_pass_is_logged_and_settles_the_task()
    {
        EventFilter.Error(contains: "Unimplemented").ExpectOne(() =>
        {
            Deliver(Upload());
            Network.ExpectMsg<UploadCall>().Reply.Fail(new RpcException(new Status(StatusCode.Unimplemented, "none such")));
            ExpectMsg<TaskSettled>();
        });
    }

    [Fact]
    public void Coordinator_that_comes_back_while_pausing_gets_the_result_at_once()
    {
        var delivery = Deliver(Upload());
        Network.ExpectMsg<UploadCall>().Reply.Fail(Unavailable);
        AwaitHandled(delivery);

        delivery.Tell(Reattached.Instance);

        AnswerUpload();
        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Coordinator_that_comes_back_after_delivery_gets_the_result_again()
    {
        var delivery = Deliver(Upload());
        AnswerUpload();
        ExpectMsg<TaskSettled>();

        delivery.Tell(Reattached.Instance);

        Assert.Equal([1f, 2f, 3f], Network.ExpectMsg<UploadCall>().Values);
    }

    [Fact]
    public void Coordinator_that_comes_back_while_sending_gets_the_result_again_before_the_task_is_settled()
    {
        var delivery = Deliver(Upload());
        var first = Network.ExpectMsg<UploadCall>();
        delivery.Tell(Reattached.Instance);
        first.Reply.Give(Accepted);

        AnswerUpload(Closed);

        ExpectMsg<TaskSettled>();
    }

    [Fact]
    public void Resend_while_sending_changes_nothing()
    {
        var delivery = Deliver(Upload());
        var only = Network.ExpectMsg<UploadCall>();
        delivery.Tell(new Resend(Ticket));
        only.Reply.Give(Accepted);

        ExpectMsg<TaskSettled>();
        delivery.Tell(new Resend(Ticket));
        Network.ExpectMsg<UploadCall>();
    }

    [Fact]
    public void Result_that_is_asked_for_while_a_coordinator_that_does_not_know_the_run_yet_refuses_it_is_sent_once_more()
    {
        var delivery = Deliver(Upload());
        var early = Network.ExpectMsg<UploadCall>();
        delivery.Tell(new Resend(Ticket));
        AwaitHandled(delivery);
        early.Reply.Give(new Verdict { Refused = Refusal.UnknownRun });

        AnswerUpload(Closed);

        Assert.Equal(new TaskSettled(Train().Id), ExpectMsg<TaskSettled>());
        AwaitHandled(delivery);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Each_try_shows_the_ticket_of_the_latest_assignment()
    {
        var delivery = Deliver(Upload());
        var early = Network.ExpectMsg<UploadCall>();
        Assert.Equal(Ticket, early.Header.Ticket);
        var newer = ByteString.CopyFromUtf8("a newer one");
        delivery.Tell(new Resend(newer));
        AwaitHandled(delivery);
        early.Reply.Give(new Verdict { Refused = Refusal.WrongTicket });
        var again = Network.ExpectMsg<UploadCall>();
        again.Reply.Give(Accepted);
        Assert.Equal(newer, again.Header.Ticket);
        ExpectMsg<TaskSettled>();

        var report = Deliver(TaskResult.Failed(Train().Id, "It broke.", permanent: false));
        Assert.Equal(Ticket, Network.ExpectMsg<ReportCall>().Report.Ticket);
        Sys.Stop(report);
    }

    [Fact]
    public void Stopping_cancels_the_call_and_returns_the_buffer_only_when_it_has_ended()
    {
        var upload = Upload();
        var delivery = Deliver(upload);
        var call = Network.ExpectMsg<UploadCall>();
        Watch(delivery);

        Sys.Stop(delivery);
        ExpectMsg<TaskSettled>();
        ExpectTerminated(delivery);

        Assert.True(call.Cancellation.IsCancellationRequested);
        Assert.Equal(3, upload.Buffer!.Values.Length);
        call.Reply.Fail(new OperationCanceledException());
        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => upload.Buffer.Values));
    }

    private static UploadResult Upload()
    {
        var buffer = new UpdateBuffer(3);
        new[] { 1f, 2f, 3f }.CopyTo(buffer.Values);
        return new UploadResult(new UploadHeader { Id = Train().Id, Examples = 5 }, buffer.Values, buffer);
    }

    private IActorRef Deliver(TaskResult result) => Sys.ActorOf(DeliveryActor.Props(result, Ticket, Transfer, Timings, TestActor));

    private void Pause(IActorRef delivery, double notYet, double then)
    {
        AwaitHandled(delivery);
        Advance(notYet);
        AwaitHandled(delivery);
        Assert.False(Network.HasMessages);
        Advance(then);
    }
}
