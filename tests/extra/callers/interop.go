// interop is grpc-go's own interop test "empty_stream", as server and as client.
//
// Usage: interop serve            prints the address it listens on, and serves
//
//	interop call HOST:PORT N makes the test N times; prints how many went well
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
)

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := grpc.NewServer()
	testgrpc.RegisterTestServiceServer(server, interop.NewTestServer())
	return server.Serve(listener)
}

// emptyStream is a full duplex call of which neither side sends a message.
func emptyStream(client testgrpc.TestServiceClient) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	stream, err := client.FullDuplexCall(ctx)
	if err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	if _, err := stream.Recv(); err != io.EOF {
		return fmt.Errorf("not the end: %v", err)
	}
	return nil
}

func call(target string, times int) error {
	connection, err := grpc.NewClient("passthrough:///"+target,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	good := 0
	for range times {
		if err := emptyStream(testgrpc.NewTestServiceClient(connection)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		good++
	}
	fmt.Println(good)
	return nil
}

func main() {
	var err error
	if os.Args[1] == "serve" {
		err = serve()
	} else {
		times, _ := strconv.Atoi(os.Args[3])
		err = call(os.Args[2], times)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
