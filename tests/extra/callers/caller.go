// caller makes calls as applications do that cancel much, and counts how they ended.
//
// Usage: caller HOST:PORT PATTERN CALLS AT-ONCE
//
// Prints one line of JSON: how many calls ended in each way. "good" and "given up" are as they
// should be; every other one is what went wrong, by code and message.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const (
	getUser   = "/user.v1.UserService/GetUser"
	listUsers = "/user.v1.UserService/ListUsers"
	ownLimit  = 16 << 10 // bytes that the client takes of a message
	patience  = time.Minute
)

// bytesCodec hands messages through as they are.
type bytesCodec struct{}

func (bytesCodec) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (bytesCodec) Unmarshal(data []byte, v any) error { *v.(*[]byte) = data; return nil }
func (bytesCodec) Name() string                       { return "proto" }

// request is a GetUserRequest for user-1, or a ListUsersRequest with a limit of 100.
func request(list bool, noteSize uint64) []byte {
	out := []byte("\x0a\x06user-1")
	if list {
		out = []byte("\x08\x64")
	}
	out = append(out, 0x10)
	for ; noteSize > 127; noteSize >>= 7 {
		out = append(out, byte(noteSize)|0x80)
	}
	return append(out, byte(noteSize))
}

type caller struct{ connection *grpc.ClientConn }

func (c caller) get(ctx context.Context, noteSize uint64) error {
	in, out := request(false, noteSize), []byte(nil)
	return c.connection.Invoke(ctx, getUser, &in, &out)
}

// hedged makes an attempt every `delay` until one has answered, and cancels the others: gRFC A6's
// hedging, which grpc-go lacks.
func (c caller) hedged(attempts int, delay time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answers := make(chan error, attempts)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for started, ended := 0, 0; ; {
		select {
		case <-timer.C:
			if started < attempts {
				started++
				go func() { answers <- c.get(ctx, 0) }()
				timer.Reset(delay)
			}
		case err := <-answers:
			if ended++; err == nil || ended == attempts {
				return err
			}
		}
	}
}

// first takes one message of a stream and cancels it.
func (c caller) first() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stream, err := c.connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, listUsers)
	if err != nil {
		return err
	}
	in, out := request(true, 1000), []byte(nil)
	if err := stream.SendMsg(&in); err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	return stream.RecvMsg(&out)
}

// within makes a call that is given up, by a cancel or a deadline, after a time.
func (c caller) within(limit time.Duration, byDeadline bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	if byDeadline {
		ctx, cancel = context.WithTimeout(context.Background(), limit)
	} else if limit < patience {
		time.AfterFunc(limit, cancel)
	}
	defer cancel()
	return c.get(ctx, 0)
}

// call makes the n-th call of a pattern; `right` is how it may end beside OK.
func (c caller) call(pattern string, n int) (err error, right codes.Code) {
	switch pattern {
	case "hedge3":
		return c.hedged(3, 10*time.Millisecond), codes.OK
	case "hedge4":
		return c.hedged(4, 5*time.Millisecond), codes.OK
	case "first":
		return c.first(), codes.OK
	case "cancel":
		if n%10 < 7 {
			return c.within(time.Duration(n%3)*300*time.Microsecond, false), codes.Canceled
		}
	case "deadline":
		if n%10 > 0 {
			return c.within(3*time.Millisecond, true), codes.DeadlineExceeded
		}
	case "large":
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if n%10 > 0 {
			return c.get(ctx, 4*ownLimit), codes.ResourceExhausted
		}
	}
	return c.within(patience, false), codes.OK
}

func verdict(err error, right codes.Code) string {
	if err == nil {
		return "good"
	}
	its := status.Convert(err)
	// Who ends a connection for abuse says RESOURCE_EXHAUSTED, too.
	ownDoing := its.Code() != codes.ResourceExhausted || right != codes.ResourceExhausted ||
		len(its.Message()) > 5 && its.Message()[:5] == "grpc:"
	if its.Code() == right && ownDoing {
		return "given up"
	}
	return fmt.Sprintf("%v: %s", its.Code(), its.Message())
}

func main() {
	target, pattern := os.Args[1], os.Args[2]
	calls, _ := strconv.Atoi(os.Args[3])
	atOnce, _ := strconv.Atoi(os.Args[4])
	connection, err := grpc.NewClient("passthrough:///"+target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(bytesCodec{}), grpc.MaxCallRecvMsgSize(ownLimit)))
	if err != nil {
		panic(err)
	}
	var (
		lock    sync.Mutex
		group   sync.WaitGroup
		ends    = map[string]int{}
		numbers = make(chan int)
	)
	for range atOnce {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range numbers {
				err, right := caller{connection}.call(pattern, n)
				lock.Lock()
				ends[verdict(err, right)]++
				lock.Unlock()
			}
		}()
	}
	for n := range calls {
		numbers <- n
	}
	close(numbers)
	group.Wait()
	connection.Close()
	json.NewEncoder(os.Stdout).Encode(ends)
}
